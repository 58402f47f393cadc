"""Means over a set's images, beside those of the JPEG input, and how sure they are."""

from pathlib import Path

import numpy as np
import pandas as pd

from unjpeg.errors import UserError
from unjpeg.report.order import INPUT, TRUTH
from unjpeg.report.quantities import quantity
from unjpeg.report.scores import ordered, read_csv
from unjpeg.report.statistics import interval, sign_flip

COLUMNS = [
    *("study", "model", "set", "degradation", "protocol", "metric"),
    *("images", "mean", "jpeg", "gain", "gain_low", "gain_high", "undefined", "harmed", "harm", "p_best"),
]
NUMBERS = COLUMNS[6:]
COUNTS = dict.fromkeys(["images", "undefined", "harmed"], np.int64)
COLUMN = ["study", "set", "degradation", "protocol", "metric"]  # of a table: one row for each model


def summarise(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per model, set, degradation, protocol and metric; columns `COLUMNS`.

    mean: over the images where model and input both have a value (`images` of them; `undefined` are
    left out), of the per-image values; inf if one of them is. jpeg: the input's mean over the same
    images, nan where there is no such row. gain: mean - jpeg, nan where the input's is infinite: nothing
    can be gained on a perfect image; gain_low, gain_high: its bootstrap interval. harmed: images whose
    value is worse than their input's; harm: their share, 0..1. p_best: of the paired test against the
    model with the best mean, over the images of both; nan for that model itself, for the ground truth,
    and where no value is better than another.
    """
    rows = []
    for key, group in scores.groupby(COLUMN):
        wide = group.pivot(index="image", columns="model", values="value").sort_index()
        column = {model: _row(key[-1], wide[model], wide.get(INPUT)) for model in wide}
        best = _best(key[-1], column)
        for model, row in column.items():
            row["p_best"] = np.nan
            if best is not None and model not in (best, TRUTH):
                row["p_best"] = _p(wide[model], wide[best])
            rows.append(dict(zip(COLUMN, key, strict=True)) | {"model": model} | row)
    return ordered(pd.DataFrame(rows)[COLUMNS].astype(COUNTS))


def read_summary(path: Path | str) -> pd.DataFrame:
    """The summary in a CSV file as `summarise` made it; `UserError` for any other file."""
    frame = read_csv(path, NUMBERS)
    if list(frame.columns) != COLUMNS or frame.empty:
        raise UserError(f"{path}: not a summary with rows; want columns {','.join(COLUMNS)}")
    return frame.astype(COUNTS)


def _row(metric: str, own: pd.Series, given: pd.Series | None) -> dict:
    values = own.to_numpy()
    inputs = np.full(len(values), np.nan) if given is None else given.to_numpy()
    paired = not np.isnan(inputs).all()
    defined = ~np.isnan(values) & (~np.isnan(inputs) | (not paired))
    values, inputs = values[defined], inputs[defined]
    mean = values.mean() if len(values) else np.nan
    jpeg = inputs.mean() if len(values) and paired else np.nan
    gain = mean - jpeg if not np.isinf(jpeg) else np.nan
    low, high = interval(_differences(values, inputs))
    worse = sum(quantity(metric).better(before, after) for before, after in zip(inputs, values, strict=True))
    share = worse / len(values) if len(values) and paired else np.nan
    counts = {"images": len(values), "undefined": int((~defined).sum()), "harmed": worse, "harm": share}
    return {"mean": mean, "jpeg": jpeg, "gain": gain, "gain_low": low, "gain_high": high} | counts


def _best(metric: str, column: dict[str, dict]) -> str | None:
    """The model, or the input, of the best mean; None for a metric whose better end is not known."""
    better = quantity(metric).better
    best = None
    for model, row in column.items():
        defined = model != TRUTH and not np.isnan(row["mean"])
        if defined and (best is None or better(row["mean"], column[best]["mean"])):
            best = model
    return best if quantity(metric).higher is not None else None


def _p(values: pd.Series, others: pd.Series) -> float:
    both = values.notna() & others.notna()
    return sign_flip(_differences(values[both].to_numpy(), others[both].to_numpy()))


def _differences(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Per-image differences; 0 for equal values, infinite ones too."""
    with np.errstate(invalid="ignore"):
        return np.where(values == others, 0.0, values - others)
