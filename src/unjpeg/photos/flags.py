"""The command line: types for argparse that refuse what no program can work with; an option of two verbs."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from unjpeg.errors import UserError


def positive(most: float = 1e6) -> Callable[[str], float]:
    """A finite number above 0, up to `most`."""

    def read(text: str) -> float:
        value = _number(text, float)
        if not 0 < value <= most:
            raise UserError(f"{text!r}; allowed: a number above 0, up to {most:g}")
        return value

    return read


def number(least: float, most: float, kind: type = float) -> Callable[[str], float]:
    """A number, or with `int` a whole one, between two, these included."""
    name = "a whole number" if kind is int else "a number"

    def read(text: str) -> float:
        value = _number(text, kind)
        if not least <= value <= most:
            raise UserError(f"{text!r}; allowed: {name} from {least} to {most}")
        return value

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two, these included."""
    return number(least, most, int)


def path(text: str) -> Path:
    """Any, but an empty one, which would be the folder that one is in."""
    if not text:
        raise UserError("'' is no path; '.' is this folder")
    return Path(text)


def _number(text: str, kind: type) -> float:
    """NaN, which is between no limits, where the text is no number."""
    try:
        return kind(text)
    except ValueError:
        return math.nan


def max_pixels(parser: argparse.ArgumentParser, most: float) -> None:
    """Adds --max-pixels; most: megapixels where it is not given."""
    words = f"larger is refused ({most:g})"
    parser.add_argument("--max-pixels", type=positive(), default=most, metavar="MP", help=words)


def ensemble(parser: argparse.ArgumentParser) -> None:
    """Adds --ensemble."""
    parser.add_argument(
        "--ensemble",
        type=int,
        default=1,
        choices=(1, 2, 4, 8),
        help="mean over so many turns of the picture: a little better, so many times as slow (1)",
    )
