"""Restoration without training. A name is a file: `load("smooth")` gives the module of that name.

`restore(data)`: the bytes of one degraded image, JPEG or PNG -> uint8 (H, W, C). `CARD`: title, source,
needs (a program beside Python, or nothing). A peer that needs one binds `check()` as well, which raises a
`UserError` where it is not there.
"""

from importlib import import_module
from types import ModuleType

from unjpeg.provenance import check_name


def load(name: str, where: str = "") -> ModuleType:
    """The module of a peer that can run here; `UserError` where there is none, or its program is missing."""
    check_name("peers", name, where)
    module = import_module(f"{__name__}.{name}")
    getattr(module, "check", lambda: None)()
    return module
