"""Put tables, figures, crops and models of a study on one HTML page that needs no other file."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study")
    parser.add_argument("--summary", required=True, type=Path, help="summary.csv of `unjpeg tables`")
    parser.add_argument("--published", required=True, type=Path, help="published.csv of the same")
    parser.add_argument("--reported", required=True, type=Path, help="reported.csv of the same")
    parser.add_argument("--metrics", required=True, type=Path, help="metrics.csv of the same")
    parser.add_argument("--foot", required=True, type=Path, help="foot.txt of the same")
    parser.add_argument("--leaks", type=Path, help="leaks.csv of `unjpeg leaks`")
    parser.add_argument(
        "--derived", nargs="*", type=Path, default=[], help="rate_distortion.csv, matrices.csv, seeds.csv"
    )
    parser.add_argument("--curves", nargs="*", type=Path, default=[], help="{psnr,gain,rate}/{set}.svg")
    parser.add_argument("--training", nargs="*", type=Path, default=[], help="training/{model}.svg")
    parser.add_argument("--crops", nargs="*", type=Path, default=[], help="{set}/{degradation}.png")
    parser.add_argument("--cases", nargs="*", type=Path, default=[], help="cases/{model}.png")
    parser.add_argument("--cards", nargs="*", type=Path, default=[], help="card.json of each model")
    parser.add_argument("--output", required=True, type=Path, help="the page (HTML)")


def run(args: argparse.Namespace) -> None:
    """Writes the page; the same inputs give the same bytes."""
    import hashlib
    from operator import attrgetter

    from unjpeg.atomic import write_text
    from unjpeg.report.cards import read_cards
    from unjpeg.report.derived import printed, read_derived
    from unjpeg.report.foot import read_foot
    from unjpeg.report.grid import grids
    from unjpeg.report.leaks import leaks_table
    from unjpeg.report.metric_cards import COLUMNS as METRICS
    from unjpeg.report.metric_cards import metrics_table
    from unjpeg.report.order import INPUT, TRUTH
    from unjpeg.report.picture import case, crop, curve, training
    from unjpeg.report.published import COLUMNS, REPORTED, read_table, reported_table
    from unjpeg.report.render import render
    from unjpeg.report.summary import read_summary

    summary = read_summary(args.summary)
    models = sorted(set(summary["model"]) - {INPUT, TRUTH})
    page = render(
        study=args.study,
        tables=grids(summary, read_table(args.published, COLUMNS)),
        curves=[
            curve(path, models)
            for path in sorted(args.curves, key=lambda p: (p.stem, p.parent.name != "psnr"))
        ],
        crops=[crop(path, models) for path in sorted(args.crops)],
        cases=[case(path) for path in sorted(args.cases, key=attrgetter("stem"))],
        trainings=[training(path) for path in sorted(args.training, key=attrgetter("stem"))],
        cards=read_cards(args.cards),
        others=[
            *printed(read_derived(args.derived)),
            reported_table(read_table(args.reported, REPORTED)),
            metrics_table(read_table(args.metrics, METRICS)),
            leaks_table(args.leaks),
        ],
        foot=read_foot(args.foot),
        digest=hashlib.sha256(args.summary.read_bytes()).hexdigest()[:12],
    )
    write_text(args.output, page)
