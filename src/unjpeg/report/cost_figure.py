"""PSNR gain against time: a labelled point for each model and peer."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from unjpeg.report.cost import GAIN
from unjpeg.report.style import COLOURS, RC, figure

HEIGHT = 3.4  # inches of a panel
ROOM = 30  # labels that fit beside each other without touching


def cost_figure(costs: pd.DataFrame) -> Figure:
    """One panel for each column of gains; milliseconds on a log axis. Peers are squares."""
    gains = [name for name in costs if name.startswith(GAIN)]
    tall = HEIGHT * max(1, len(costs) / ROOM)
    with mpl.rc_context(RC):
        result = figure(tall * max(1, len(gains)))
        for axis, name in zip(result.subplots(max(1, len(gains)), 1, squeeze=False)[:, 0], gains):
            shown = costs[np.isfinite(costs[name]) & np.isfinite(costs["milliseconds"])]
            _panel(axis, shown.sort_values(name, ascending=False), name, tall)
        return result


def _panel(axis: Axes, shown: pd.DataFrame, column: str, tall: float) -> None:
    axis.set_title(f"{column.removeprefix(GAIN)}", loc="left", fontsize=10)
    axis.set_ylabel("PSNR gain over the JPEG (dB)")
    axis.set_xlabel("milliseconds per megapixel, " + ", ".join(sorted(set(shown["device"]))))
    if shown.empty:
        axis.text(0.5, 0.5, "nothing tested here", transform=axis.transAxes, ha="center", va="center")
        return
    axis.set_xscale("log")
    axis.axhline(0, color="#444444", linewidth=0.8, linestyle="--")
    low, high = shown["milliseconds"].min(), shown["milliseconds"].max()
    axis.set_xlim(low / 1.5, high * (high / low * 4) ** 0.45)  # labels stand to the right of their points
    span = np.ptp([0, *shown[column]]) * 1.15 or 1
    step = span * 0.16 / tall * 1.3  # height of a label, in dB
    below = np.inf
    for (_, row), gain in zip(shown.iterrows(), shown[column], strict=True):
        slow, peer = row["milliseconds"], np.isnan(row["multiply_adds"])
        axis.plot(slow, gain, "s" if peer else "o", color=COLOURS[1] if peer else COLOURS[0])
        below = min(gain, below - step)
        axis.annotate(
            row["model"],
            (slow, gain),
            (slow * 1.12, below),
            fontsize=8,
            va="center",
            arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2},
        )
    axis.set_ylim(min(0, shown[column].min(), below) - step, max(0, shown[column].max()) + step)
