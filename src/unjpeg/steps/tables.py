"""Collect score files into tables: all rows, means, published values, Markdown, LaTeX, images of a model."""

import argparse
import json
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study, as in the score files")
    parser.add_argument("--scores", required=True, nargs="+", type=Path, help="score files (CSV)")
    parser.add_argument(
        "--published", nargs="*", type=Path, default=[], help="files such as config/published.yaml"
    )
    parser.add_argument("--archs", nargs="*", default=[], help="networks of the study, as in models/")
    parser.add_argument("--rates", nargs="*", type=Path, default=[], help="{set}.csv of `unjpeg rates`")
    parser.add_argument("--cards", nargs="*", type=Path, default=[], help="card.json of each model")
    parser.add_argument(
        "--seeds", type=json.loads, default={}, help="JSON: models that differ in their seed alone, by a name"
    )
    parser.add_argument("--out-folder", required=True, type=Path, help="folder of the tables")


def run(args: argparse.Namespace) -> None:
    """Writes scores.csv, summary.csv, .md, .tex, published.csv, reported.csv, rates.csv, those of
    `DERIVED`, images/{model}/{set}.csv."""
    from unjpeg.atomic import write_text
    from unjpeg.config.published import read_published
    from unjpeg.report.derived import printed
    from unjpeg.report.grid import grids
    from unjpeg.report.latex import latex
    from unjpeg.report.markdown import markdown
    from unjpeg.report.matrices import matrices
    from unjpeg.report.per_image import per_image
    from unjpeg.report.published import beside, not_comparable, reported_table
    from unjpeg.report.rate_distortion import rate_distortion
    from unjpeg.report.rates import mean_rates, read_rates
    from unjpeg.report.scores import read_scores, write_csv
    from unjpeg.report.seeds import over_seeds
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
    tables, rates = grids(summary, published), read_rates(args.rates)
    write_csv(mean_rates(rates), args.out_folder / "rates.csv")
    derived = {
        "rate_distortion": rate_distortion(scores, rates),
        "matrices": matrices(summary, args.cards),
        "seeds": over_seeds(summary, args.seeds),
    }
    for name, frame in derived.items():
        write_csv(frame, args.out_folder / f"{name}.csv")
    others = printed(derived) + [table for table in (reported_table(reported),) if table.rows]
    write_text(args.out_folder / "summary.md", markdown(args.study, tables, others))
    write_text(args.out_folder / "summary.tex", latex(args.study, tables, others))
    for (model, name), rows in per_image(scores):
        write_csv(rows, args.out_folder / "images" / model / f"{name}.csv")
