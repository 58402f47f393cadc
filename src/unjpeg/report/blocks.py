"""A grid cut into the tables that a page of text can hold, before Markdown or LaTeX."""

from collections.abc import Iterator
from dataclasses import dataclass

from unjpeg.report.grid import Cell, Grid, Quoted
from unjpeg.report.order import INPUT, TRUTH, model_label
from unjpeg.report.quantities import FIDELITY, quantity


@dataclass(frozen=True)
class Part:
    """One value of a cell. close: no difference from the best is found; after: the gain in brackets."""

    text: str
    best: bool = False
    close: bool = False
    after: str = ""


@dataclass(frozen=True)
class Line:
    """One row. note: number of its source where it is published and not ours."""

    label: str
    cells: list[list[Part]]
    note: int | None = None


@dataclass(frozen=True)
class Block:
    """Rows of equal length, a cell for each degradation; title: what the cell holds."""

    title: list[str]
    degradations: list[str]
    lines: list[Line]


DASH = [Part("–")]


def score_blocks(grid: Grid, gains: bool) -> Iterator[Block]:
    """The literature's cell `PSNR / SSIM / PSNR-B` first, then a table of the other metrics.

    gains: with the gain in PSNR behind it.
    """
    for fidelity in (True, False):
        metrics = [m for m in grid.metrics if (m in FIDELITY) == fidelity]
        lines = [
            Line(model_label(m), [_cell(grid, m, d, metrics, gains) for d in grid.degradations])
            for m in grid.models
            if any(grid.cell(m, d, q) for d in grid.degradations for q in metrics)
        ]
        lines += [
            Line(row.system, [_quoted(row, d, metrics) for d in grid.degradations], note)
            for row in grid.quoted
            if any(q in metrics for _, q in row.cells)
            for note in [grid.sources.index(row.note) + 1]
        ]
        if metrics:
            yield Block(
                [quantity(m).title + (" (gain)" if gains and m == "psnr" else "") for m in metrics],
                grid.degradations,
                lines,
            )


def harm_block(grid: Grid) -> Block | None:
    """Gain in PSNR with its interval, and the share of images left worse; None where no model has any."""
    lines = []
    for model in (m for m in grid.models if m not in (INPUT, TRUTH)):
        cells = [grid.cell(model, d, "psnr") for d in grid.degradations]
        if any(cells):
            lines.append(Line(model, [_sure(c) if c else DASH for c in cells]))
    title = ["gain in PSNR in dB [95 % interval]", "images left worse"]
    return Block(title, grid.degradations, lines) if lines else None


def _sure(cell: Cell) -> list[Part]:
    return [Part(f"{cell.gain or '–'} {cell.interval}".strip()), Part(cell.harm or "–")]


def _cell(grid: Grid, model: str, degradation: str, metrics: list[str], gains: bool) -> list[Part]:
    found = [(metric, grid.cell(model, degradation, metric)) for metric in metrics]
    if not any(cell for _, cell in found):
        return DASH
    return [
        Part(c.text, c.best, c.close, f"({c.gain})" if gains and m == "psnr" and c.gain else "")
        if c
        else Part("–")
        for m, c in found
    ]


def _quoted(row: Quoted, degradation: str, metrics: list[str]) -> list[Part]:
    values = [row.cells.get((degradation, metric)) for metric in metrics]
    return [Part(value or "–") for value in values] if any(values) else DASH
