"""Who leads where, as one sentence per table."""

from unjpeg.report.grid import Grid
from unjpeg.report.order import INPUT, model_label


def headline(grid: Grid) -> str:
    """The model with the best printed PSNR at most degradations, and its gains there; empty without any."""
    leads = {
        model: [d for d in grid.degradations if (cell := grid.cell(model, d, "psnr")) and cell.best]
        for model in grid.models
    }
    model = max(leads, key=lambda m: len(leads[m]))  # the first in order where several are equal
    if not (won := leads[model]):
        return ""
    text = f"{model_label(model)} has the best PSNR at {len(won)} of {len(grid.degradations)} degradations"
    gains = [cell.gain for d in won if (cell := grid.cell(model, d, "psnr")).gain]
    if model == INPUT or not gains:
        return f"{text}."
    low, high = min(gains, key=float), max(gains, key=float)
    return f"{text}, {low} dB over the JPEG." if low == high else f"{text}, {low} to {high} dB over the JPEG."
