"""Losses. A name is a file; a loss takes restored and clean, float (B, C, H, W) twice, to a scalar.

A loss without files is the function `loss`. One with pretrained weights binds `ENTRY`, its entry in
config/metrics.yaml, `FILES`, their paths below the folder of parameter files, both literals that are read
from the text, and `make(folder)`, which gives an `nn.Module`.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from unjpeg import parameters
from unjpeg.provenance import constant_of, parameter_entry

SUBSTITUTE = "lpips_squeeze"


def files(name: str) -> tuple[str, ...]:
    """Parameter files that a loss reads, as paths below their folder. Nothing is imported to find out."""
    return constant_of(f"unjpeg.losses.{name}", "FILES") if parameter_entry("losses", name) else ()


def load(name: str, folder: Path | str | None = None, device: object = None) -> Callable:
    """The loss of that name: restored, clean -> a scalar with a gradient for `restored`.

    folder: of parameter files, where not `unjpeg.parameters.folder()`. device: of the pretrained weights,
    which are frozen and compute in float32 under any autocast. Errors: `UserError` (name, missing or wrong
    file).
    """
    entry = parameter_entry("losses", name)
    module = import_module(f"unjpeg.losses.{name}")
    if not entry:
        return module.loss
    where = Path(folder) if folder else parameters.folder()
    hint = f"; loss {SUBSTITUTE} is a substitute with files of 5 MB" if name != SUBSTITUTE else ""
    parameters.check_files(f"loss {name}", module.FILES, where, hint)
    return module.make(where).requires_grad_(False).eval().to(device)
