"""Scores of a restored image. A name is a file: metric `psnr` is the module `metrics/psnr.py`.

A metric module holds `CARD` (what the number means) and `score(image, reference, protocol)`.
"""

from importlib import import_module
from types import ModuleType

from unjpeg.provenance import check_name, modules_in


def names() -> list[str]:
    """The metrics: modules of this folder that hold a card. Nothing is imported to find out."""
    return modules_in("metrics")


def load(name: str) -> ModuleType:
    """The module of metric `name`; `UserError` where there is none."""
    check_name("metrics", name, "")
    return import_module(f"{__name__}.{name}")
