"""One table per model and set, an image a row: for sorting by what went wrong."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from unjpeg.report.order import INPUT, TRUTH
from unjpeg.report.quantities import metric_rank
from unjpeg.report.scores import ordered

KEYS = ["study", "model", "set", "image", "degradation", "protocol"]


def per_image(scores: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """((model, set), table) in order: `KEYS`, a column per metric, and `psnr_gain` over the input in dB,
    nan where the input is perfect.

    The ground truth has no table of its own: where scored, it stands in scores.csv.
    """
    place = ["set", "image", "degradation", "protocol"]
    psnr = scores[(scores["model"] == INPUT) & (scores["metric"] == "psnr")].set_index(place)["value"]
    metrics = sorted(set(scores["metric"]), key=metric_rank)
    for key, rows in scores[scores["model"] != TRUTH].groupby(["model", "set"]):
        wide = rows.pivot(index=KEYS, columns="metric", values="value").reset_index()
        wide = ordered(wide[[*KEYS, *(m for m in metrics if m in wide)]].rename_axis(columns=None))
        if "psnr" in wide and key[0] != INPUT:
            given = wide.join(psnr.rename("input"), on=place)["input"]
            wide["psnr_gain"] = wide["psnr"] - given.where(np.isfinite(given))
        yield key, wide
