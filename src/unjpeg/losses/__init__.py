"""Losses. A name is a file with `loss(restored, clean)`: float (B, C, H, W) twice -> a scalar."""

from collections.abc import Callable
from importlib import import_module

from unjpeg.provenance import check_name


def files(name: str) -> tuple[str, ...]:
    return ()


def load(name: str, folder=None) -> Callable:
    """The loss function of that name; `UserError` where there is none."""
    check_name("losses", name, "loss")
    return import_module(f"unjpeg.losses.{name}").loss
