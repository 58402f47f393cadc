"""How figures look, and how they are saved: equal data, equal bytes."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from unjpeg.atomic import replacing

# Okabe and Ito's colours for colour-blind readers, without yellow (too faint on white) and black.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
INPUT_STYLE = {"color": "#444444", "marker": ".", "linestyle": "--"}
WIDTH = 7.2  # inches
RC = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "lines.markersize": 5,
    "svg.hashsalt": "unjpeg",
}


def styles(models: list[str]) -> dict[str, dict[str, str]]:
    """Colour, marker and line of each model: no two of 63 alike, and the same in every figure."""
    return {
        model: {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)], "linestyle": "-"}
        for i, model in enumerate(models)
    }


def figure(height: float) -> Figure:
    """An empty figure of `WIDTH` x height inches; draw and save inside `mpl.rc_context(RC)`."""
    result = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasSVG(result)
    return result


def save_svg(result: Figure, path: Path) -> None:
    """Text as paths, no date: the bytes depend on the data and matplotlib's version alone."""
    with replacing(path) as part, mpl.rc_context(RC):
        result.savefig(part, format="svg", metadata={"Date": None, "Creator": "unjpeg"})
