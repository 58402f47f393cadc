"""A printed table before it is Markdown or HTML: which cell stands where, and which is best."""

from dataclasses import dataclass

import pandas as pd

from unjpeg.report.order import INPUT, TRUTH, degradation_rank, model_label, model_rank
from unjpeg.report.quantities import metric_rank, quantity


@dataclass(frozen=True)
class Cell:
    """One mean as printed. `gain` is signed text, empty in the rows of input and ground truth."""

    value: float
    text: str
    gain: str
    best: bool
    images: int
    undefined: int
    harmed: int


@dataclass(frozen=True)
class Grid:
    """All means of one set under one protocol; a model without a score there has no cell."""

    set: str
    protocol: str
    models: list[str]
    degradations: list[str]
    metrics: list[str]
    cells: dict[tuple[str, str, str], Cell]

    def cell(self, model: str, degradation: str, metric: str) -> Cell | None:
        """The cell, None where nothing was scored."""
        return self.cells.get((model, degradation, metric))

    @property
    def images(self) -> int:
        """Images of the set: those counted and those without a value."""
        return max(c.images + c.undefined for c in self.cells.values())

    @property
    def any_harmed(self) -> bool:
        """Whether a model made an image worse in PSNR than it was."""
        return any(c.harmed for (_, _, metric), c in self.cells.items() if metric == "psnr")

    def width(self, harm: bool) -> int:
        """Columns of one degradation: metrics, the gain in PSNR, and images made worse if `harm`."""
        return len(self.metrics) + ("psnr" in self.metrics) * (1 + harm)

    @property
    def notes(self) -> list[str]:
        """One sentence for each model and metric whose means leave images out."""
        places = {}
        for (model, degradation, metric), cell in self.cells.items():
            if cell.undefined:
                share = f"{cell.undefined} of {cell.images + cell.undefined} images at {degradation}"
                places.setdefault((model, metric), []).append(share)
        return [
            f"{quantity(metric).label} of {model_label(model)} is undefined for {', '.join(shares)}; "
            "the means are over the others."
            for (model, metric), shares in places.items()
        ]


def grids(summary: pd.DataFrame) -> list[Grid]:
    """The grids of a summary (columns of `summary.COLUMNS`), by set and protocol."""
    return [_grid(*key, rows) for key, rows in summary.groupby(["set", "protocol"])]


def _grid(name: str, protocol: str, rows: pd.DataFrame) -> Grid:
    cells = {}
    for (degradation, metric), column in rows.groupby(["degradation", "metric"]):
        best = _best(column, metric)
        for row in column.itertuples():
            cells[row.model, degradation, metric] = _cell(row, metric, best)
    models = sorted(set(rows["model"]), key=model_rank)
    degradations = sorted(set(rows["degradation"]), key=degradation_rank)
    metrics = sorted(set(rows["metric"]), key=metric_rank)
    order = [(m, d, q) for m in models for d in degradations for q in metrics if (m, d, q) in cells]
    return Grid(name, protocol, models, degradations, metrics, {key: cells[key] for key in order})


def _best(column: pd.DataFrame, metric: str) -> str | None:
    """The best printed value; equal print is equal rank. None where there is nothing to compare."""
    means = column.loc[(column["model"] != TRUTH) & column["mean"].notna(), "mean"]
    if len(means) < 2 or quantity(metric).higher is None:
        return None
    return quantity(metric).text(means.max() if quantity(metric).higher else means.min())


def _cell(row, metric: str, best: str | None) -> Cell:
    text = quantity(metric).text(row.mean)
    gain = "" if row.model in (INPUT, TRUTH) else quantity(metric).signed(row.gain)
    leads = row.model != TRUTH and text == best
    return Cell(row.mean, text, gain, leads, int(row.images), int(row.undefined), int(row.harmed))
