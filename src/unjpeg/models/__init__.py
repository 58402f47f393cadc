"""Networks. A name is a file: `load("ar_cnn")` gives the module with `Model`, `CARD` and `TINY`.

`Model(channels=..., **settings)`: float (B, C, H, W) in [0, 1] -> the same shape; values may leave
[0, 1], whoever needs an image clips. `CARD`: title, source, channels (allowed), multiple (sides must be
multiples of it), halo (pixels of context that an output pixel sees on each side; None for all), task,
parameters (pairs of constructor arguments and the number of parameters of that published form).
`TINY`: settings for tests.

Task `restore` is the above. Task `critic`: `Model.forward(candidate, degraded)` judges an image beside
what it was restored from and gives logits (B, 1, h, w), above 0 for clean.
"""

from importlib import import_module
from types import ModuleType

from unjpeg.provenance import check_name


def load(arch: str) -> ModuleType:
    """The module of an architecture; `UserError` where there is none."""
    check_name("models", arch, "arch")
    return import_module(f"unjpeg.models.{arch}")
