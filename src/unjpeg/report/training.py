"""How a run went: loss and validation gain, or a critic's accuracy, against steps."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from unjpeg.errors import UserError
from unjpeg.report.scores import read_csv
from unjpeg.report.style import COLOURS, RC, figure

COLUMNS = ("step", "loss")
LOWER = {  # the first that a history has: its label, and what no training gives
    "val_gain": ("validation PSNR gain\nover the JPEG (dB)", 0.0),
    "val_accuracy": ("balanced accuracy on\nvalidation tiles", 1 / 3),
    "accuracy": ("critic's accuracy on\ntraining patches", 0.5),
}


def read_history(path: Path | str) -> pd.DataFrame:
    """The history of a run: `COLUMNS` and one of `LOWER` at least, as numbers; nan where nothing was
    measured."""
    history = read_csv(path, [*COLUMNS, *LOWER])
    missing = [c for c in COLUMNS if c not in history]
    if not set(LOWER) & set(history):
        missing.append(" or ".join(LOWER))
    if missing:
        raise UserError(f"{path}: no column {', '.join(missing)}; has {', '.join(history.columns)}")
    return history


def training_figure(model: str, history: pd.DataFrame) -> Figure:
    """Two panels over one axis of steps. The loss is on a log axis where it is positive throughout."""
    with mpl.rc_context(RC):
        result = figure(4.6)
        upper, lower = result.subplots(2, 1, sharex=True)
        _curve(upper, history["step"], history["loss"], COLOURS[0])
        finite = history["loss"][np.isfinite(history["loss"])]
        if len(finite) and finite.min() > 0:
            upper.set_yscale("log")
        upper.set_ylabel("training loss")
        upper.set_title(model, loc="left", fontsize=10)
        column = next(c for c in LOWER if c in history)
        label, nothing = LOWER[column]
        _curve(lower, history["step"], history[column], COLOURS[1])
        lower.axhline(nothing, color="#444444", linewidth=0.8, linestyle="--")
        lower.set_ylabel(label)
        lower.set_xlabel("optimiser steps")
        result.align_ylabels()
    return result


def _curve(axis: mpl.axes.Axes, steps: pd.Series, values: pd.Series, colour: str) -> None:
    """Points where there is a value, joined; few points get markers, so that one alone is seen."""
    shown = np.isfinite(values)
    axis.plot(steps[shown], values[shown], color=colour, marker="o" if shown.sum() < 30 else None)
    if not shown.any():
        axis.text(0.5, 0.5, "nothing recorded", transform=axis.transAxes, ha="center", va="center")
