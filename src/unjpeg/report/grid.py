"""A printed table before it is Markdown, LaTeX or HTML: which cell stands where, and which is best."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from unjpeg.degradation import parse
from unjpeg.report.order import INPUT, TRUTH, degradation_rank, model_label, model_rank
from unjpeg.report.quantities import metric_rank, quantity
from unjpeg.report.statistics import LEVEL, smallest_p

UNCOMPRESSED = (
    "images that were never compressed; the input is the image itself. PSNR compares it with what a model "
    "makes of it, inf where that is the same; there is nothing to gain, and worse is the share of images "
    "that were changed at all."
)


@dataclass(frozen=True)
class Cell:
    """One mean as printed. In the rows of input and ground truth gain, interval and harm are empty.

    gain: signed text; interval: `[+0.72, +1.10]`, empty where there is none; harm: share of images left
    worse than the input, `20 %`. close: the test against the best of the column finds no difference.
    """

    value: float
    text: str
    gain: str
    interval: str
    harm: str
    share: float
    best: bool
    close: bool
    images: int
    undefined: int


@dataclass(frozen=True)
class Quoted:
    """A system's published values in a grid, as text by (degradation, metric); note: where they stand."""

    system: str
    note: str
    cells: dict[tuple[str, str], str]


@dataclass(frozen=True)
class Grid:
    """All means of one set under one protocol; a model without a score there has no cell."""

    set: str
    protocol: str
    models: list[str]
    degradations: list[str]
    metrics: list[str]
    cells: dict[tuple[str, str, str], Cell]
    quoted: list[Quoted] = field(default_factory=list)
    quoted_notes: list[str] = field(default_factory=list)

    def cell(self, model: str, degradation: str, metric: str) -> Cell | None:
        """The cell, None where nothing was scored."""
        return self.cells.get((model, degradation, metric))

    @property
    def images(self) -> int:
        """Images of the set: those counted and those without a value."""
        return max(c.images + c.undefined for c in self.cells.values())

    @property
    def tested(self) -> bool:
        """Whether the images are enough for the test against the best to find anything."""
        return smallest_p(self.images) < 1 - LEVEL

    @property
    def width(self) -> int:
        """Columns of one degradation: metrics, the gain in PSNR, and the share of images made worse."""
        return len(self.metrics) + 2 * ("psnr" in self.metrics)

    @property
    def sources(self) -> list[str]:
        """Notes of the published rows, each once; a row's number is its place here, from 1."""
        return list(dict.fromkeys(row.note for row in self.quoted))

    @property
    def notes(self) -> list[str]:
        """What none means, where it is tested; each model and metric whose means leave images out."""
        places = {}
        for (model, degradation, metric), cell in self.cells.items():
            if cell.undefined:
                share = f"{cell.undefined} of {cell.images + cell.undefined} images at {degradation}"
                places.setdefault((model, metric), []).append(share)
        never = [name for name in self.degradations if not parse(name).steps]
        return [f"{name}: {UNCOMPRESSED}" for name in never] + [
            f"{quantity(metric).label} of {model_label(model)} is undefined for {', '.join(shares)}; "
            "the means are over the others."
            for (model, metric), shares in places.items()
        ]


def grids(summary: pd.DataFrame, published: pd.DataFrame | None = None) -> list[Grid]:
    """The grids of a summary (columns of `summary.COLUMNS`), by set and protocol.

    published: values to show beside them, columns of `published.COLUMNS`.
    """
    keys = ["set", "protocol"]
    found = {} if published is None else dict(list(published.groupby(keys)))
    return [_grid(*key, rows, found.get(key)) for key, rows in summary.groupby(keys)]


def _quoted(rows: pd.DataFrame) -> list[Quoted]:
    result = []
    for system, values in rows.groupby("system", sort=False):
        cells = {(v.degradation, v.metric): v.published for v in values.itertuples()}
        notes = (f"{v.source} ({v.note})" if v.note else v.source for v in values.itertuples())
        result.append(Quoted(system, "; ".join(dict.fromkeys(notes)), cells))
    return result


def _grid(name: str, protocol: str, rows: pd.DataFrame, published: pd.DataFrame | None) -> Grid:
    cells = {}
    for (degradation, metric), column in rows.groupby(["degradation", "metric"]):
        best = _best(column, metric)
        for row in column.itertuples():
            cells[row.model, degradation, metric] = _cell(row, metric, best)
    models = sorted(set(rows["model"]), key=model_rank)
    degradations = sorted(set(rows["degradation"]), key=degradation_rank)
    metrics = sorted(set(rows["metric"]), key=metric_rank)
    order = [(m, d, q) for m in models for d in degradations for q in metrics if (m, d, q) in cells]
    cells = {key: cells[key] for key in order}
    if published is None:
        return Grid(name, protocol, models, degradations, metrics, cells)
    notes = [note for note in dict.fromkeys(published["table_note"]) if note]
    return Grid(name, protocol, models, degradations, metrics, cells, _quoted(published), notes)


def _best(column: pd.DataFrame, metric: str) -> str | None:
    """The best printed value; equal print is equal rank. None where there is nothing to compare."""
    means = column.loc[(column["model"] != TRUTH) & column["mean"].notna(), "mean"]
    if len(means) < 2 or quantity(metric).higher is None:
        return None
    return quantity(metric).text(means.max() if quantity(metric).higher else means.min())


def _cell(row, metric: str, best: str | None) -> Cell:
    given, kind = row.model in (INPUT, TRUTH), quantity(metric)
    text = kind.text(row.mean)
    leads = row.model != TRUTH and text == best
    known = not given and np.isfinite(row.gain) and np.isfinite(row.gain_low)
    return Cell(
        value=row.mean,
        text=text,
        gain="" if given else kind.signed(row.gain),
        interval=f"[{kind.signed(row.gain_low)}, {kind.signed(row.gain_high)}]" if known else "",
        harm="" if given or np.isnan(row.harm) else f"{100 * row.harm:.0f} %",
        share=row.harm,
        best=leads,
        close=not leads and row.p_best > 1 - LEVEL and smallest_p(row.images) < 1 - LEVEL,
        images=int(row.images),
        undefined=int(row.undefined),
    )
