"""Ways to train. A name is a file with `train(...)`, a readable loop."""

from collections.abc import Callable
from importlib import import_module

from unjpeg.provenance import check_name


def load(name: str) -> Callable:
    """The training function of that name; `UserError` where there is none."""
    check_name("recipes", name, "recipe")
    return import_module(f"unjpeg.recipes.{name}").train
