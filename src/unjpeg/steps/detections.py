"""Collect what detectors said into a table, and draw how far they know it."""

import argparse
from pathlib import Path

WRITES = ("table", "plots")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--found", required=True, nargs="+", type=Path, help="CSV of `unjpeg detect`")
    parser.add_argument("--table", required=True, type=Path, help="CSV to write")
    parser.add_argument("--plots", required=True, type=Path, help="folder for {model}.svg")


def run(args: argparse.Namespace) -> None:
    """Writes the table, and a reliability diagram of each model."""
    from unjpeg.report.calibration import calibration_figure
    from unjpeg.report.detection import accuracies, read_detections
    from unjpeg.report.scores import write_csv
    from unjpeg.report.style import save_svg

    found = read_detections(args.found)
    write_csv(accuracies(found), args.table)
    for model, rows in found[found["level"] == "tile"].groupby("model"):
        save_svg(calibration_figure(model, rows), args.plots / f"{model}.svg")
