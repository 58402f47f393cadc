"""Collect score files into tables: all rows, means, published values, Markdown, LaTeX, images of a model."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study, as in the score files")
    parser.add_argument("--scores", required=True, nargs="+", type=Path, help="score files (CSV)")
    parser.add_argument(
        "--published", nargs="*", type=Path, default=[], help="files such as config/published.yaml"
    )
    parser.add_argument("--archs", nargs="*", default=[], help="networks of the study, as in models/")
    parser.add_argument("--costs", nargs="*", type=Path, default=[], help="files of cost and cost-peer")
    parser.add_argument("--gains-at", nargs="*", default=[], help="set/degradation of gains beside the cost")
    parser.add_argument("--out-folder", required=True, type=Path, help="folder of the tables")


def run(args: argparse.Namespace) -> None:
    """Writes {scores,summary,published,reported,cost}.csv, summary.md, .tex, images/{model}/{set}.csv."""
    from unjpeg.atomic import write_text
    from unjpeg.config.published import read_published
    from unjpeg.report.cost import cost_frame, cost_table
    from unjpeg.report.grid import grids
    from unjpeg.report.latex import latex
    from unjpeg.report.markdown import markdown
    from unjpeg.report.per_image import per_image
    from unjpeg.report.published import beside, not_comparable, reported_table
    from unjpeg.report.scores import read_scores, write_csv
    from unjpeg.report.summary import summarise

    scores = read_scores(args.scores, args.study)
    summary = summarise(scores)
    write_csv(scores, args.out_folder / "scores.csv")
    write_csv(summary, args.out_folder / "summary.csv")
    files = [read_published(path) for path in args.published]
    published = beside(files, summary)
    reported = not_comparable(files, set(summary["set"]), set(args.archs))
    write_csv(published, args.out_folder / "published.csv")
    write_csv(reported, args.out_folder / "reported.csv")
    costs = cost_frame(args.costs, summary, args.gains_at)
    write_csv(costs, args.out_folder / "cost.csv")
    tables = grids(summary, published)
    others = [table for table in (cost_table(costs), reported_table(reported)) if table.rows]
    write_text(args.out_folder / "summary.md", markdown(args.study, tables, others))
    write_text(args.out_folder / "summary.tex", latex(args.study, tables, others))
    for (model, name), rows in per_image(scores):
        write_csv(rows, args.out_folder / "images" / model / f"{name}.csv")
