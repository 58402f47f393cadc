"""Means over a set's images, beside those of the JPEG input."""

from pathlib import Path

import numpy as np
import pandas as pd

from unjpeg.errors import UserError
from unjpeg.report.order import INPUT
from unjpeg.report.quantities import quantity
from unjpeg.report.scores import ordered, read_csv

COLUMNS = [
    *("study", "model", "set", "degradation", "protocol", "metric"),
    *("images", "mean", "jpeg", "gain", "undefined", "harmed"),
]
NUMBERS = COLUMNS[6:]
COUNTS = dict.fromkeys(["images", "undefined", "harmed"], np.int64)
PLACE = ["study", "set", "degradation", "protocol", "metric", "image"]


def summarise(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per model, set, degradation, protocol and metric; columns `COLUMNS`.

    mean: over the images where model and input both have a value (`images` of them; `undefined` are
    left out), of the per-image values; inf if one of them is. jpeg: the input's mean over the same
    images, nan where there is no such row. gain: mean - jpeg, nan for inf - inf.
    harmed: images whose value is worse than their input's.
    """
    own = scores[scores["model"] == INPUT].set_index(PLACE)["value"].rename("input")
    rows = scores.join(own, on=PLACE)
    keys = COLUMNS[:6]
    frame = pd.DataFrame(
        [dict(zip(keys, key, strict=True)) | _row(key[5], g) for key, g in rows.groupby(keys)]
    )
    return ordered(frame[COLUMNS].astype(COUNTS))


def read_summary(path: Path | str) -> pd.DataFrame:
    """The summary in a CSV file as `summarise` made it; `UserError` for any other file."""
    frame = read_csv(path, NUMBERS)
    if list(frame.columns) != COLUMNS or frame.empty:
        raise UserError(f"{path}: not a summary with rows; want columns {','.join(COLUMNS)}")
    return frame.astype(COUNTS)


def _row(metric: str, group: pd.DataFrame) -> dict:
    values, inputs = group["value"].to_numpy(), group["input"].to_numpy()
    paired = not np.isnan(inputs).all()
    defined = ~np.isnan(values) & (~np.isnan(inputs) | (not paired))
    values, inputs = values[defined], inputs[defined]
    mean = values.mean() if len(values) else np.nan
    jpeg = inputs.mean() if len(values) and paired else np.nan
    with np.errstate(invalid="ignore"):
        gain = mean - jpeg
    worse = sum(quantity(metric).better(before, after) for before, after in zip(inputs, values, strict=True))
    counts = {"images": len(values), "undefined": int((~defined).sum()), "harmed": worse}
    return {"mean": mean, "jpeg": jpeg, "gain": gain} | counts
