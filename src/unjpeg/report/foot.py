"""What stands under every table: protocols, metrics, rounding, averaging, versions."""

from collections.abc import Iterable
from pathlib import Path

from unjpeg import record
from unjpeg.errors import UserError
from unjpeg.metrics.protocol import PROTOCOLS
from unjpeg.report.grid import Grid
from unjpeg.report.quantities import metric_rank, quantity
from unjpeg.report.statistics import DRAWS, LEVEL

PACKAGES = ("unjpeg", "numpy", "pandas")
CLOSE = "≈"


def reading(grid: Grid) -> list[str]:
    """How the marks of one table read, as sentences without markup."""
    lines = [f"{grid.images} images; best value of a column in bold."]
    if grid.tested:
        lines.append(f"A value with {CLOSE} is not found different from the best (p > {1 - LEVEL:.2f}).")
    else:
        lines.append(f"So few images can show no difference at p < {1 - LEVEL:.2f}.")
    if grid.quoted:
        lines.append("Rows in italics with a number are published values, not computed here.")
    return lines


def foot(protocols: Iterable[str], metrics: Iterable[str], origins: Iterable[str] = ()) -> list[str]:
    """Sentences without markup: each protocol, each metric, the rules for all, what it was made with."""
    return [
        *map(_protocol, sorted(set(protocols))),
        *map(_metric, sorted(set(metrics), key=metric_rank)),
        "Scores are of images rounded to 8 bits, no border cut. Means are of per-image values over the "
        + "images of a set; one infinite value (a perfect image) makes the mean infinite.",
        "Gains are over the JPEG input of the same images. The ground truth's own score is never the best.",
        f"Intervals: {LEVEL:.0%} percentile bootstrap of the mean gain over images, {DRAWS:,} samples.",
        "p: two-sided sign-flip test of the mean paired per-image difference, not corrected for the number "
        + "of tests.",
        "Values are rounded for printing only; summary.csv and scores.csv hold them in full.",
        *origins,
        f"Tables made with {_versions()}, commit {record.commit() or 'unknown (outside git)'}.",
    ]


def read_foot(path: Path) -> list[str]:
    """The sentences that `unjpeg tables` wrote, one a line."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None


def _versions() -> str:
    return ", ".join(f"{name} {text}" for name, text in record.versions(*PACKAGES).items())


def _protocol(name: str) -> str:
    return f"Protocol {name}: {PROTOCOLS[name].description}." if name in PROTOCOLS else f"Protocol {name}."


def _metric(name: str) -> str:
    card = quantity(name).card
    return (
        f"{card.title}, {card.better} is better: {card.source}; by {card.distribution}."
        if card
        else f"{name}."
    )
