"""Draw PSNR and gain against quality, PSNR against bits, gain against cost, and each model's training."""

import argparse
from pathlib import Path

from unjpeg import atomic

WRITES = ("out_folder",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--summary", required=True, type=Path, help="summary.csv of `unjpeg tables`")
    parser.add_argument("--costs", required=True, type=Path, help="cost.csv of the same")
    parser.add_argument("--rates", required=True, type=Path, help="rates.csv of `unjpeg tables`")
    parser.add_argument(
        "--histories",
        nargs="*",
        type=Path,
        default=[],
        help="history.csv of each model, in a folder of its name",
    )
    parser.add_argument("--out-folder", required=True, type=Path, help="folder of the figures (SVG)")


def run(args: argparse.Namespace) -> None:
    """Writes {psnr,gain,rate}/{set}.svg, cost.svg, training/{model}.svg; removes those of others."""
    from unjpeg.errors import UserError
    from unjpeg.report.cost import read_costs
    from unjpeg.report.cost_figure import cost_figure
    from unjpeg.report.curves import quality_figure
    from unjpeg.report.rates import read_means
    from unjpeg.report.style import save_svg
    from unjpeg.report.summary import read_summary
    from unjpeg.report.training import read_history, training_figure

    summary = read_summary(args.summary)
    summary = summary[summary["metric"] == "psnr"]
    if summary.empty:
        raise UserError(f"{args.summary}: no row of metric psnr; want some to draw")
    models, rates = sorted(set(summary["model"])), read_means(args.rates)
    for name, rows in summary.groupby("set"):
        save_svg(quality_figure(rows, "mean", models), args.out_folder / "psnr" / f"{name}.svg")
        save_svg(quality_figure(rows, "gain", models), args.out_folder / "gain" / f"{name}.svg")
        bpp = rates[rates["set"] == name].set_index("degradation")["bpp"]
        save_svg(quality_figure(rows, "mean", models, bpp), args.out_folder / "rate" / f"{name}.svg")
    save_svg(cost_figure(read_costs(args.costs)), args.out_folder / "cost.svg")
    for path in args.histories:
        model = path.parent.name
        save_svg(training_figure(model, read_history(path)), args.out_folder / "training" / f"{model}.svg")
    for folder in ("psnr", "gain", "rate", "training"):
        atomic.remove_others(args.out_folder / folder, "*.svg")
