"""Quality beside cost: what a model gains in PSNR, and what it takes."""

import json
from collections.abc import Iterable
from math import nan
from pathlib import Path

import pandas as pd

from unjpeg.errors import UserError
from unjpeg.report.plain import UNKNOWN, Field, Plain, number
from unjpeg.report.scores import read_csv

NUMBERS = ["parameters", "multiply_adds", "milliseconds", "cpu_milliseconds", "runs", "memory", "tile"]
COLUMNS = ["model", *NUMBERS, "channels", "device", "threads"]
GAIN = "gain "  # then set/degradation: a column for each
CAPTION = (
    "What a restoration takes, beside what it gains in PSNR over the JPEG. Multiply-adds: of convolutions "
    "and matrix products, without the borders of tiles that are computed twice. Time: median over runs on "
    "a 1024 x 1024 image, by the clock and of the CPU (the sum over threads and programs), without reading "
    "weights. Memory: the most that the process, or torch on a GPU, took beyond what it has before the "
    "network is loaded; a network that sees the whole image takes in proportion to its size. A dash: not "
    "tested there or not known, as of other programs. The numbers differ from run to run."
)


def cost_frame(paths: Iterable[Path], summary: pd.DataFrame, gains_at: Iterable[str]) -> pd.DataFrame:
    """A row per file of `unjpeg cost` or `cost-peer`, by name; columns `COLUMNS`, then the gains.

    gains_at: `set/degradation`, where the gain in dB is nan for who is not tested there; of several protocols
    the first by name.
    """
    rows = [_read(path) for path in sorted(paths, key=lambda path: path.stem)]
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, float))
    psnr = summary[summary["metric"] == "psnr"].sort_values("protocol", kind="stable")
    for place in gains_at:
        name, _, degradation = place.partition("/")
        there = psnr[(psnr["set"] == name) & (psnr["degradation"] == degradation)].drop_duplicates("model")
        frame[GAIN + place] = frame["model"].map(dict(zip(there["model"], there["gain"], strict=True)))
    return frame


def read_costs(path: Path | str) -> pd.DataFrame:
    """The CSV of a `cost_frame`."""
    frame = read_csv(path, NUMBERS)
    if list(frame.columns[: len(COLUMNS)]) != COLUMNS:
        raise UserError(f"{path}: columns {','.join(frame.columns)}; want {','.join(COLUMNS)}, then gains")
    gains = [name for name in frame if name.startswith(GAIN)]
    return frame.astype(dict.fromkeys(gains, float))


def cost_table(costs: pd.DataFrame) -> Plain:
    """For Markdown, LaTeX and the page."""
    gains = [name for name in costs if name.startswith(GAIN)]
    heads = ["model", *(f"gain in dB, {name.removeprefix(GAIN)}" for name in gains), "parameters"]
    heads += ["multiply-adds per pixel", "ms per megapixel", "CPU ms", "memory in MiB", "seen at once"]
    heads += ["channels", "device"]
    rows = [
        [
            Field(row["model"]),
            *(number(row[name], 2, signed=True) for name in gains),
            *(_whole(row[name]) for name in NUMBERS[:4]),
            _whole(row["memory"]),
            Field("whole image" if row["tile"] != row["tile"] else f"{row['tile']:.0f} x {row['tile']:.0f}"),
            Field(str(row["channels"])),
            Field(f"{row['device']}, threads: {row['threads']}"),
        ]
        for _, row in costs.iterrows()
    ]
    return Plain("cost", "Cost", CAPTION, heads, rows)


def _read(path: Path) -> dict:
    try:
        record = json.loads(path.read_text("utf-8"))
        return {name: record[name] for name in COLUMNS}
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: not a record of `unjpeg cost`") from None


def _whole(value: float) -> Field:
    value = nan if value is None else value
    return Field(UNKNOWN) if value != value else Field(f"{value:,.0f}", value)
