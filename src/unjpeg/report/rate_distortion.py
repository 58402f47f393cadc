"""What a model behind the decoder saves: BD-rate of JPEG + model against the plain JPEG.

The rate of both is that of the same file; the model raises the quality. A family of curves is one set
under one protocol, single compressions only, over the qualities that the model was tested at.

The number is the mean over images of each image's BD-rate. The measure is defined for one content, and
common test conditions average it over contents (JVET-T2010): every image is compared with itself at
equal quality. The curve of a set's means mixes images of unequal quality and leans towards those that
take many bits; its BD-rate stands in a column of its own. An image without a BD-rate leaves the set
without one: a mean over the others would be a choice of images.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from unjpeg.degradation import parse
from unjpeg.report.bd_rate import TOO_FEW, NoRateError, bd_rate
from unjpeg.report.order import INPUT, TRUTH, degradation_rank
from unjpeg.report.plain import UNKNOWN, Field, Plain
from unjpeg.report.quantities import metric_rank, quantity
from unjpeg.report.scores import ordered
from unjpeg.report.statistics import interval

COLUMNS = [
    *("model", "set", "protocol", "metric", "qualities", "images"),
    *("bd_rate", "bd_rate_low", "bd_rate_high", "reason"),
    *("curve_bd_rate", "curve_low", "curve_high", "curve_reason"),
]
FAMILY = ["set", "protocol", "metric"]


def rate_distortion(scores: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """One row per model, set, protocol and metric that has a better end; columns `COLUMNS`.

    rates: of `read_rates`. bd_rate, in percent, with its bootstrap interval over images: the mean of the
    images' own; curve_bd_rate: of the curve of means over images, over its range curve_low..curve_high of
    the metric. Where one is nan, its reason says why; the reasons are empty otherwise.
    """
    single = scores["degradation"].map(lambda text: len(parse(text).steps) == 1)
    rows = scores[single & (scores["model"] != TRUTH)].merge(rates, on=["set", "image", "degradation"])
    found = [row for key, family in rows.groupby(FAMILY) for row in _family(key, family)]
    return ordered(pd.DataFrame(found, columns=COLUMNS).astype({"images": np.int64}))


def table(frame: pd.DataFrame) -> Plain:
    """A row per model, set and protocol, the BD-rates under each metric; words where there is none."""
    metrics = sorted(set(frame["metric"]), key=metric_rank)
    rows = []
    for (name, protocol, model, qualities), group in frame.groupby(["set", "protocol", "model", "qualities"]):
        cells = {row.metric: _field(row) for row in group.itertuples()}
        line = [Field(text) for text in (model, name, protocol, qualities.replace(" ", ", "))]
        rows.append([*line, *(cells.get(metric, Field(UNKNOWN)) for metric in metrics)])
    heads = ["model", "set", "protocol", "qualities", *(quantity(metric).label for metric in metrics)]
    caption = (
        "BD-rate of JPEG + model against the plain JPEG: -20 % means that a fifth of the bytes is saved at "
        "equal quality. Whole files, headers included; mean over images of each image's BD-rate. "
        "Words where an image (k/n: k of n images) has none. Only rows of equal qualities compare."
    )
    return Plain("rate", "Bytes saved", caption, heads, rows)


def _family(key: tuple, rows: pd.DataFrame) -> Iterator[dict]:
    higher = quantity(key[-1]).higher
    if higher is None:
        return
    values = {
        m: r.pivot(index="image", columns="degradation", values="value") for m, r in rows.groupby("model")
    }
    given = values.pop(INPUT, None)
    if given is None:
        return
    bpp = rows[rows["model"] == INPUT].pivot(index="image", columns="degradation", values="bpp")
    sign = 1.0 if higher else -1.0
    for model, own in values.items():
        names = sorted(own.columns, key=degradation_rank)
        stacks = [
            np.stack([bpp[names], sign * v.loc[bpp.index, names]], -1) for v in (given, own)
        ]  # (N, Q, 2)
        label = {"qualities": " ".join(str(parse(name).quality) for name in names), "images": len(bpp)}
        row = {"model": model} | dict(zip(FAMILY, key, strict=True)) | label
        yield row | _of_images(*stacks) | _of_curve(*stacks, sign)


def _of_images(anchor: np.ndarray, test: np.ndarray) -> dict:
    percents, reasons = [], []
    for points in zip(anchor, test, strict=True):
        try:
            percents.append(bd_rate(*points).percent)
        except NoRateError as error:
            reasons.append(str(error))
    if reasons:
        reason = TOO_FEW if TOO_FEW in reasons else f"{reasons[0]} ({len(reasons)}/{len(anchor)})"
        return {"bd_rate": np.nan, "bd_rate_low": np.nan, "bd_rate_high": np.nan, "reason": reason}
    low, high = interval(np.array(percents))
    return {"bd_rate": np.mean(percents), "bd_rate_low": low, "bd_rate_high": high, "reason": ""}


def _of_curve(anchor: np.ndarray, test: np.ndarray, sign: float) -> dict:
    names = COLUMNS[-4:]
    try:
        found = bd_rate(anchor.mean(0), test.mean(0))
    except NoRateError as error:
        return dict(zip(names, (np.nan, np.nan, np.nan, str(error)), strict=True))
    ends = sorted((sign * found.low, sign * found.high))
    return dict(zip(names, (found.percent, *ends, ""), strict=True))


def _field(row) -> Field:
    if row.reason:
        return Field(row.reason)
    return Field(f"{round(row.bd_rate, 1) + 0.0:+.1f} %", row.bd_rate)
