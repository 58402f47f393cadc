"""Who leads where, as one sentence per table."""

from unjpeg.degradation import parse
from unjpeg.report.grid import Grid
from unjpeg.report.order import INPUT, model_label


def headline(grid: Grid) -> str:
    """The model with the best printed PSNR at most degradations, its gains there, and where none gains.

    Of models that lead equally often the one with the largest gain is named. Empty without any PSNR of a
    JPEG; on an image that was never compressed nobody can lead.
    """
    jpegs = [name for name in grid.degradations if parse(name).steps]
    leads = {
        model: [cell for d in jpegs if (cell := grid.cell(model, d, "psnr")) and cell.best]
        for model in grid.models
    }
    if not any(leads.values()):
        return ""
    gains = {model: [c.gain for c in cells if c.gain] for model, cells in leads.items() if model != INPUT}
    model = max(gains, key=lambda m: (len(gains[m]), max(map(float, gains[m]), default=0)), default=None)
    if model is None or not gains[model]:
        return "No model has a better PSNR than the JPEG."
    low, high = min(gains[model], key=float), max(gains[model], key=float)
    count = f"{len(gains[model])} of {len(jpegs)} degradations"
    text = f"{model_label(model)} has the best PSNR at {count}, "
    text += f"{low} dB over the JPEG" if low == high else f"{low} to {high} dB over the JPEG"
    if kept := [d for d in jpegs if (c := grid.cell(INPUT, d, "psnr")) and c.best]:
        text += f"; at {', '.join(kept)} the JPEG itself is best"
    return f"{text}."
