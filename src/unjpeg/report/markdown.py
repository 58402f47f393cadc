"""The summary as Markdown: one table per set and protocol, the input's row first."""

from collections.abc import Iterable

from unjpeg.report.foot import foot
from unjpeg.report.grid import Cell, Grid
from unjpeg.report.order import INPUT, TRUTH, model_label
from unjpeg.report.quantities import FIDELITY, quantity


def markdown(study: str, tables: list[Grid]) -> str:
    """The whole document. Cells read like the literature's: `PSNR (gain) / SSIM / PSNR-B`."""
    lines = [f"# Scores of study {study}", ""]
    for grid in tables:
        lines += [f"## {_plain(grid.set)}, protocol {_plain(grid.protocol)}", ""]
        lines += [f"{grid.images} images; best value of a column in bold.", ""]
        fidelity = [m for m in grid.metrics if m in FIDELITY]
        for metrics in (fidelity, [m for m in grid.metrics if m not in FIDELITY]):
            lines += _scores(grid, metrics) if metrics else []
        lines += _harmed(grid) + [line for note in grid.notes for line in (f"Note: {note}", "")]
    end = foot((g.protocol for g in tables), (m for g in tables for m in g.metrics))
    return "\n".join([*lines, "---", "", *(f"- {line}" for line in end), ""])


def _scores(grid: Grid, metrics: list[str]) -> list[str]:
    head = " / ".join(quantity(m).title + (" (gain)" if m == "psnr" else "") for m in metrics)
    models = [m for m in grid.models if any(grid.cell(m, d, q) for d in grid.degradations for q in metrics)]
    rows = [
        [
            model_label(m),
            *(" / ".join(_text(grid.cell(m, d, q), q) for q in metrics) for d in grid.degradations),
        ]
        for m in models
    ]
    return [head, "", *_table(["model", *grid.degradations], rows)]


def _text(cell: Cell | None, metric: str) -> str:
    if cell is None:
        return "–"
    text = f"**{cell.text}**" if cell.best else cell.text
    return f"{text} ({cell.gain})" if metric == "psnr" and cell.gain else text


def _harmed(grid: Grid) -> list[str]:
    """Images that a model made worse than they were; nothing where no image was."""
    rows = []
    for model in (m for m in grid.models if m not in (INPUT, TRUTH)):
        cells = [grid.cell(model, d, "psnr") for d in grid.degradations]
        if any(c and c.harmed for c in cells):
            rows.append([model, *(f"{c.harmed} of {c.images}" if c else "–" for c in cells)])
    if not rows:
        return []
    return ["Images with a lower PSNR than their input", "", *_table(["model", *grid.degradations], rows)]


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [*("| " + " | ".join(map(_plain, row)) + " |" for row in [head, rule, *rows]), ""]


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("_", "\\_")
