"""What the seed alone does: mean and spread over runs that differ in nothing else."""

import numpy as np
import pandas as pd

from unjpeg.report.plain import Field, Plain, number
from unjpeg.report.quantities import quantity
from unjpeg.report.scores import ordered

PLACE = ["set", "degradation", "protocol", "metric"]
COLUMNS = ["group", "models", *PLACE, "seeds", "mean", "std", "gain", "gain_low", "gain_high"]


def over_seeds(summary: pd.DataFrame, groups: dict[str, list[str]]) -> pd.DataFrame:
    """One row per group, set, degradation, protocol and metric with two and more seeds; columns `COLUMNS`.

    mean: over seeds of the set's mean; std: their standard deviation (n - 1); gain: the mean gain over
    the input, gain_low and gain_high the smallest and largest. groups: names of models by a name for all.
    """
    rows = []
    for group, models in groups.items():
        for place, found in summary[summary["model"].isin(models)].groupby(PLACE):
            if len(found) > 1:
                means, gains = found["mean"].to_numpy(), found["gain"].to_numpy()
                with np.errstate(invalid="ignore"):
                    spread = [means.mean(), means.std(ddof=1), gains.mean(), gains.min(), gains.max()]
                rows.append([group, " ".join(sorted(found["model"])), *place, len(found), *spread])
    return ordered(pd.DataFrame(rows, columns=COLUMNS).astype({"seeds": np.int64}))


def table(frame: pd.DataFrame) -> Plain:
    """The rows of PSNR."""
    decimals = quantity("psnr").decimals
    rows = [
        [
            *(Field(text) for text in (row.group, row.set, row.degradation, row.protocol)),
            Field(str(row.seeds), row.seeds),
            number(row.mean, decimals),
            number(row.std, decimals + 1),
            *(number(value, decimals, signed=True) for value in (row.gain, row.gain_low, row.gain_high)),
        ]
        for row in frame[frame["metric"] == "psnr"].itertuples()
    ]
    heads = ["model", "set", "degradation", "protocol", "seeds", "PSNR in dB", "std over seeds"]
    heads += ["gain", "smallest gain", "largest gain"]
    caption = (
        "Runs that differ in their seed alone, by the name of the first: mean over seeds of the set's mean "
        "PSNR, its standard deviation (n - 1), and the gains over the JPEG. Splits and patches are the same."
    )
    return Plain("seeds", "Seeds", caption, heads, rows)
