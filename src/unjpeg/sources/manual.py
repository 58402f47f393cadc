"""A data set behind a form or a licence click: the user brings it, and is told how."""

from pathlib import Path

from unjpeg.config.entries import Dataset
from unjpeg.errors import UserError
from unjpeg.sources.gathered import Gathered


def gather(dataset: Dataset, folder: Path, patience: dict[str, float]) -> Gathered:
    steps = " ".join(dataset.manual.split()).rstrip(".")
    raise UserError(f"no program can fetch this data set: {steps}. Then set its path in the study")
