"""Networks. A name is a file: `load("ar_cnn")` gives the module with `Model`, `CARD` and `TINY`.

`Model(channels=..., **settings)`: float (B, C, H, W) in [0, 1] -> the same shape; values may leave
[0, 1], whoever needs an image clips. `CARD`: title, source, channels (allowed), multiple (sides must be
multiples of it), halo (pixels of context that an output pixel sees on each side; None for all), task,
parameters (pairs of constructor arguments and the number of parameters of that published form), grows (may
start from a smaller one, or from one of colour for gray, as training/grown.py says; False where left out).
`TINY`: settings for tests.

A network with published weights for a part of it binds `ENTRY` and `FILES`, as losses do
(docs/add-a-loss.md), and `pretrain(model, folder)`.

Task `restore` is the above. Task `critic`: `Model.forward(candidate, degraded)` judges an image beside
what it was restored from and gives logits (B, 1, h, w), above 0 for clean.

Task `detect`: `Model.forward` takes `dct.histograms` of tiles, (B, 120, 65), and gives logits (B, 3) of the
classes none, single, double, or (B, 103) with the qualities 1..100 behind them. CARD `aligns`: whether
tiles are cut on the estimated grid; `published`: accuracies by degradation.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from unjpeg import parameters
from unjpeg.provenance import check_name, constant_of, parameter_entry


def files(arch: str) -> tuple[str, ...]:
    """Parameter files that `pretrain` of a network reads, as paths below their folder."""
    return constant_of(f"unjpeg.models.{arch}", "FILES") if parameter_entry("models", arch) else ()


def pretrain(arch: str, model: object, folder: Path) -> None:
    """Fill what the network's file has weights for; `UserError` where the file is missing or another's."""
    parameters.check_files(f"network {arch}", files(arch), folder, "; `pretrained: false` does without")
    load(arch).pretrain(model, folder)


def load(arch: str) -> ModuleType:
    """The module of an architecture; `UserError` where there is none."""
    check_name("models", arch, "arch")
    return import_module(f"unjpeg.models.{arch}")
