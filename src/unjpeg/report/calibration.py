"""Whether a detector is right as often as it says: a reliability diagram of its tiles."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from unjpeg.report.style import COLOURS, RC, figure
from unjpeg.store.features import CLASSES, class_of

BINS = 10


def reliability(tiles: pd.DataFrame) -> pd.DataFrame:
    """Columns said, right, count: means over the tiles of each tenth of the likeliest class's probability.

    tiles: rows of `detection.COLUMNS` of tiles. Empty tenths are left out.
    """
    probabilities = tiles[list(CLASSES)].to_numpy()
    truth = tiles["degradation"].map(class_of).to_numpy()
    said, right = probabilities.max(1), probabilities.argmax(1) == truth
    place = np.minimum((said * BINS).astype(int), BINS - 1)
    frame = pd.DataFrame({"said": said, "right": right, "count": 1, "place": place})
    return frame.groupby("place").agg({"said": "mean", "right": "mean", "count": "sum"})


def calibration_error(bins: pd.DataFrame) -> float:
    """Mean difference of said and right over the tiles, 0..1 (ECE; Naeini et al., AAAI 2015)."""
    return float(np.average((bins["said"] - bins["right"]).abs(), weights=bins["count"]))


def calibration_figure(model: str, tiles: pd.DataFrame) -> Figure:
    """Share of right answers against the probability given, a line per set, with the error of each."""
    with mpl.rc_context(RC):
        result = figure(4.2)
        axis = result.subplots()
        axis.plot([0.3, 1], [0.3, 1], color="#444444", linewidth=0.8, linestyle="--")
        for colour, (name, rows) in zip(COLOURS, tiles.groupby("set")):
            bins = reliability(rows)
            label = f"{name}: {len(rows)} tiles, mean difference {calibration_error(bins):.3f}"
            axis.plot(bins["said"], bins["right"], color=colour, marker="o", label=label)
        axis.set_xlabel("probability of the likeliest class")
        axis.set_ylabel("share of right answers")
        axis.set_title(model, loc="left", fontsize=10)
        axis.legend(loc="upper left")
    return result
