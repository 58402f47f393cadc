"""PSNR and its gain against quality, PSNR against bits per pixel: a line per model, the JPEG input dashed."""

from collections.abc import Iterator
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullFormatter

from unjpeg.degradation import parse
from unjpeg.report.order import INPUT, TRUTH, degradation_rank, model_label, model_rank
from unjpeg.report.style import INPUT_STYLE, RC, figure, styles

LABELS = {"mean": "PSNR (dB)", "gain": "PSNR gain over the JPEG (dB)"}


@dataclass(frozen=True)
class Panel:
    """Degradations of one protocol that share an axis: qualities if `lines`, else names, one a row."""

    protocol: str
    degradations: list[str]
    lines: bool
    rows: pd.DataFrame

    @property
    def height(self) -> float:
        """Inches."""
        return 3.0 if self.lines else 0.9 + 0.38 * len(self.degradations)


def panels(summary: pd.DataFrame) -> list[Panel]:
    """Per protocol: single compressions of two or more qualities as lines, all others as dots."""
    return [panel for protocol, rows in summary.groupby("protocol") for panel in _split(protocol, rows)]


def quality_figure(
    summary: pd.DataFrame, column: str, models: list[str], bpp: pd.Series | None = None
) -> Figure:
    """All panels of one set, stacked. `summary`: its rows of metric psnr; `column`: mean or gain.

    `models` are those of the whole study, so that a colour means one model in all figures. A mean
    that is infinite or undefined cannot be drawn; the panel says which. What was never compressed has no
    place here. bpp: bits per pixel by degradation; with it only the lines are drawn, over these.
    """
    summary = summary[[bool(parse(name).steps) for name in summary["degradation"]]]
    parts = [panel for panel in panels(summary) if bpp is None or panel.lines]
    if not parts:
        return _empty("No two JPEG qualities to draw." if bpp is not None else "No JPEG to draw.")
    shown = sorted(set(summary["model"]) - {TRUTH}, key=model_rank)
    look = {INPUT: INPUT_STYLE} | styles([m for m in models if m not in (INPUT, TRUTH)])
    with mpl.rc_context(RC):
        legend = 0.22 * (len(shown) // 3 + 2)
        result = figure(sum(p.height for p in parts) + legend)
        axes = result.subplots(
            len(parts), 1, squeeze=False, gridspec_kw={"height_ratios": [p.height for p in parts]}
        )
        for panel, axis in zip(parts, axes[:, 0], strict=True):
            if panel.lines:
                _lines(axis, panel, column, shown, look, bpp)
            else:
                _dots(axis, panel, column, shown, look)
        handles = [mpl.lines.Line2D([], [], label=model_label(m), **look[m]) for m in shown]
        result.legend(handles=handles, loc="outside upper center", ncols=3)
    return result


def _split(protocol: str, rows: pd.DataFrame) -> Iterator[Panel]:
    names = sorted(set(rows["degradation"]), key=degradation_rank)
    by_kind: dict[str, list[str]] = {}
    for name in names:
        steps = parse(name).steps
        by_kind.setdefault(steps[0].sampling if len(steps) == 1 else "", []).append(name)
    dots = []
    for kind, members in by_kind.items():
        if kind and len(members) > 1:
            yield Panel(protocol, members, True, rows[rows["degradation"].isin(members)])
        else:
            dots += members
    if dots:
        yield Panel(protocol, dots, False, rows[rows["degradation"].isin(dots)])


def _empty(text: str) -> Figure:
    with mpl.rc_context(RC):
        result = figure(0.6)
        result.text(0.5, 0.5, text, ha="center", va="center")
    return result


def _lines(
    axis: Axes, panel: Panel, column: str, shown: list[str], look: dict, bpp: pd.Series | None
) -> None:
    places = {d: parse(d).quality if bpp is None else bpp.get(d, np.nan) for d in panel.degradations}
    for model in shown:
        rows = panel.rows[panel.rows["model"] == model]
        points = sorted((places[d], v) for d, v in zip(rows["degradation"], rows[column], strict=True))
        drawn = [(x, v) for x, v in points if np.isfinite(v) and np.isfinite(x)]
        if drawn:
            axis.plot(*zip(*drawn, strict=True), **look[model])
    axis.set_ylabel(LABELS[column])
    if bpp is None:
        axis.set_xlabel("JPEG quality (libjpeg, 1 to 100)")
        few = len(places) < 9
        axis.xaxis.set_major_locator(
            FixedLocator(sorted(places.values())) if few else MaxNLocator(integer=True)
        )
    else:
        axis.set_xlabel("bits per pixel of the JPEG file, mean over images")
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7)))
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_formatter(NullFormatter())
    _say(axis, panel, column, shown)


def _dots(axis: Axes, panel: Panel, column: str, shown: list[str], look: dict) -> None:
    place = {name: i for i, name in enumerate(panel.degradations)}
    for index, model in enumerate(shown):
        rows = panel.rows[(panel.rows["model"] == model) & np.isfinite(panel.rows[column])]
        # Apart by a little, so that equal values stay visible.
        heights = [place[d] + 0.5 * ((index + 0.5) / len(shown) - 0.5) for d in rows["degradation"]]
        axis.plot(rows[column], heights, **(look[model] | {"linestyle": "none"}))
    axis.set_yticks(range(len(place)), place)
    axis.set_ylim(len(place) - 0.5, -0.5)
    axis.set_xlabel(LABELS[column])
    _say(axis, panel, column, shown)


def _say(axis: Axes, panel: Panel, column: str, shown: list[str]) -> None:
    rows = panel.rows[panel.rows["model"].isin(shown)]
    title = f"{panel.protocol}, means of {rows['images'].max()} images"
    if missing := [f"{r.model} {r.degradation}" for r in rows[~np.isfinite(rows[column])].itertuples()]:
        title += f"\nnot finite, not drawn: {', '.join(missing[:4])}{', ...' if len(missing) > 4 else ''}"
    axis.set_title(title, loc="left", fontsize=10)
    if column == "gain" and panel.lines:
        axis.axhline(0, color="#444444", linewidth=0.8, linestyle="--")
    elif column == "gain":
        axis.axvline(0, color="#444444", linewidth=0.8, linestyle="--")
