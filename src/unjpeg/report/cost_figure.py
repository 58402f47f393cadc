"""PSNR gain against time of the CPU: a point for each model and peer, its name beside the panel."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from unjpeg.report.cost import GAIN
from unjpeg.report.style import COLOURS, RC, figure

HEIGHT, LINE = 3.2, 0.16  # inches of the smallest panel, and of a label

LEADER = {
    "arrowstyle": "-",
    "color": "#999999",
    "linewidth": 0.5,
    "shrinkA": 0,
    "shrinkB": 3,
    "relpos": (0, 0.5),
}


def cost_figure(costs: pd.DataFrame) -> Figure:
    """One panel for each column of gains; CPU milliseconds per megapixel on a log axis. Peers are squares."""
    gains = [name for name in costs if name.startswith(GAIN)]
    tall = max(HEIGHT, 1.2 + LINE * len(costs))
    with mpl.rc_context(RC):
        result = figure(tall * max(1, len(gains)))
        for axis, name in zip(result.subplots(max(1, len(gains)), 1, squeeze=False)[:, 0], gains):
            shown = costs[np.isfinite(costs[name]) & np.isfinite(costs["cpu_milliseconds"])]
            _panel(axis, shown.sort_values(name, ascending=False), name, tall)
        return result


def _panel(axis: Axes, shown: pd.DataFrame, column: str, tall: float) -> None:
    axis.set_title(f"{column.removeprefix(GAIN)}", loc="left", fontsize=10)
    axis.set_ylabel("PSNR gain over the JPEG (dB)")
    axis.set_xlabel(", ".join(["CPU milliseconds per megapixel", *sorted(set(shown["device"]))]))
    if shown.empty:
        axis.text(0.5, 0.5, "nothing tested here", transform=axis.transAxes, ha="center", va="center")
        return
    axis.set_xscale("log")
    axis.axhline(0, color="#444444", linewidth=0.8, linestyle="--")
    low, high = np.array([min(0, shown[column].min()), max(0, shown[column].max())]) + [-1e-3, 1e-3]
    low, high = low - 0.06 * (high - low), high + 0.06 * (high - low)
    axis.set_ylim(low, high)
    heights = apart(shown[column].to_numpy(), low, high, (high - low) * LINE / (tall - 1))
    for (_, row), gain, height in zip(shown.iterrows(), shown[column], heights, strict=True):
        time, peer = row["cpu_milliseconds"], np.isnan(row["multiply_adds"])
        axis.plot(time, gain, "s" if peer else "o", color=COLOURS[1] if peer else COLOURS[0])
        axis.annotate(
            row["model"],
            (time, gain),
            (1.03, height),
            textcoords=axis.get_yaxis_transform(),
            fontsize=8,
            va="center",
            arrowprops=LEADER,
        )


def apart(wanted: np.ndarray, low: float, high: float, step: float) -> np.ndarray:
    """Heights near the wanted ones, which fall, `step` or more apart, above `low` where there is room."""
    heights = np.minimum(wanted, high)
    for i in range(1, len(heights)):
        heights[i] = min(heights[i], heights[i - 1] - step)
    floor = low
    for i in reversed(range(len(heights))):
        heights[i] = max(heights[i], floor)
        floor = heights[i] + step
    return heights
