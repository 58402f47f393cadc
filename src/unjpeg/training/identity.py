"""What a training run depends on, as one digest: it names the run's state, and its card repeats it."""

from collections.abc import Iterable
from pathlib import Path

from unjpeg import losses, models
from unjpeg.provenance import digest_of, fingerprint, modules_of_run, sha256_of

WEIGHTS = "model.safetensors"


def files_of_run(plan: dict, where: Path) -> dict[str, str]:
    """sha256 by name of the parameter files that the run's losses and network read below `where`."""
    read = [where / file for name in plan["train"]["loss"] for file in losses.files(name)]
    read += [where / file for file in models.files(plan["arch"]) if plan["pretrained"]]
    return {path.name: sha256_of(path) for path in read}


def digest_of_run(plan: dict, data: tuple[str, str], files: dict[str, str], parents: Iterable[Path]) -> str:
    """12 hex digits: of the settings, the content of what it learns from, the code and the first weights.

    data: digests in train.h5 and val.h5. files: of `files_of_run`. parents: folders of the models that
    the run stands on, in the order of `plan["parents"]`.
    """
    code = fingerprint(*modules_of_run(plan))
    return digest_of(plan, *data, code, files, [sha256_of(folder / WEIGHTS) for folder in parents])
