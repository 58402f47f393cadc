"""What stands under every table: protocols, metrics, rounding, averaging, versions."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from unjpeg.jpeg import codec
from unjpeg.metrics.protocol import PROTOCOLS
from unjpeg.report.grid import Grid
from unjpeg.report.quantities import metric_rank, quantity
from unjpeg.report.statistics import DRAWS, LEVEL

PACKAGES = ("numpy", "pandas", "torch", "pyiqa")
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


def foot(protocols: Iterable[str], metrics: Iterable[str]) -> list[str]:
    """Sentences without markup: each protocol, each metric, then the rules for all."""
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
        "Versions where the tables were made: " + ", ".join(f"{k} {v}" for k, v in versions().items()) + ".",
    ]


def versions() -> dict[str, str]:
    """Codec and packages of this environment, by name; absent packages are absent here."""
    found = {"unjpeg": _version("unjpeg"), "Pillow": codec()["pillow"], "codec": codec()["libjpeg"]}
    found |= {name: _version(name) for name in PACKAGES}
    return {name: text for name, text in found.items() if text}


def _protocol(name: str) -> str:
    return f"Protocol {name}: {PROTOCOLS[name].description}." if name in PROTOCOLS else f"Protocol {name}."


def _metric(name: str) -> str:
    card = quantity(name).card
    return (
        f"{card.title}, {card.better} is better: {card.source}; {card.implementation}."
        if card
        else f"{name}."
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
