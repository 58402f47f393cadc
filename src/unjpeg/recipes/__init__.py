"""Ways to train. A name is a file with `train(job)`, short enough to read, and the literal `TAKES`.

TAKES: task of the networks that it trains (in the CARD of a file of models/); keys of a model's entry
that not every recipe takes, and whether it must have them; method that a network must have besides
`forward`, or None; loss: whether it uses `train.loss`.
"""

from collections.abc import Callable
from importlib import import_module

from unjpeg.provenance import check_name


def load(name: str) -> Callable:
    """The training function of that name; `UserError` where there is none."""
    check_name("recipes", name, "recipe")
    return import_module(f"unjpeg.recipes.{name}").train
