"""The folder of parameter files, which the rule `parameters` fills, and what to say where one is missing.

Learned metrics and losses read there. It is laid out like a TORCH_HOME.
"""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from unjpeg.errors import UserError

VARIABLE = "UNJPEG_METRICS"
DEFAULT = Path("resources/metrics")
# Who publishes the files of a place; `config/metrics.yaml` has the whole addresses.
PUBLISHERS = {
    "hub/checkpoints": "download.pytorch.org/models",
    "hub/pyiqa": "huggingface.co/chaofengc/IQA-PyTorch-Weights",
    "hub/timm": "github.com/rwightman/pytorch-image-models",
}


def folder() -> Path:
    """Where the parameter files lie: the environment variable UNJPEG_METRICS, else resources/metrics."""
    return Path(os.environ.get(VARIABLE) or DEFAULT).absolute()


def check_files(user: str, files: Iterable[str], where: Path, hint: str = "") -> None:
    """`UserError` that names the first missing one of `files`, who publishes it and what brings it here.

    user: the metric or loss that reads them. files: paths below `where`. hint: what else can be done.
    """
    for file in files:
        if not (where / file).is_file():
            publisher = PUBLISHERS.get(str(PurePosixPath(file).parent), "see config/metrics.yaml")
            raise UserError(
                f"{user}: no parameter file {where / file} (published at {publisher});"
                " rule parameters ('snakemake download', 'unjpeg parameters') fetches it,"
                f" metric_files in the config names a copy of yours, {VARIABLE} another folder{hint}"
            )
