"""Collect score files into tables: all rows, means, Markdown, one file per model and set."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study, as in the score files")
    parser.add_argument("--scores", required=True, nargs="+", type=Path, help="score files (CSV)")
    parser.add_argument("--out-folder", required=True, type=Path, help="folder of the tables")


def run(args: argparse.Namespace) -> None:
    """Writes scores.csv, summary.csv, summary.md and images/{model}/{set}.csv."""
    from unjpeg.atomic import write_text
    from unjpeg.report.grid import grids
    from unjpeg.report.markdown import markdown
    from unjpeg.report.per_image import per_image
    from unjpeg.report.scores import read_scores, write_csv
    from unjpeg.report.summary import summarise

    scores = read_scores(args.scores, args.study)
    summary = summarise(scores)
    write_csv(scores, args.out_folder / "scores.csv")
    write_csv(summary, args.out_folder / "summary.csv")
    write_text(args.out_folder / "summary.md", markdown(args.study, grids(summary)))
    for (model, name), rows in per_image(scores):
        write_csv(rows, args.out_folder / "images" / model / f"{name}.csv")
