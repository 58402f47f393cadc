"""Put tables, figures, crops and models of a study on one HTML page that needs no other file."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study")
    parser.add_argument("--summary", required=True, type=Path, help="summary.csv of `unjpeg tables`")
    parser.add_argument("--published", required=True, type=Path, help="published.csv of the same")
    parser.add_argument("--others", required=True, type=Path, help="others.json of the same")
    parser.add_argument("--foot", required=True, type=Path, help="foot.txt of the same")
    parser.add_argument("--cost-figure", nargs="*", type=Path, default=[], help="cost.svg of `unjpeg plots`")
    parser.add_argument("--curves", nargs="*", type=Path, default=[], help="{psnr,gain,rate}/{set}.svg")
    parser.add_argument("--calibration", nargs="*", type=Path, default=[], help="of `unjpeg detections`")
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
    from unjpeg.report.foot import read_foot
    from unjpeg.report.grid import grids
    from unjpeg.report.order import INPUT, TRUTH
    from unjpeg.report.picture import calibration, case, cost, crop, curve, training
    from unjpeg.report.plain import read_plains
    from unjpeg.report.published import COLUMNS, read_table
    from unjpeg.report.render import render
    from unjpeg.report.summary import read_summary

    summary = read_summary(args.summary)
    models = sorted(set(summary["model"]) - {INPUT, TRUTH})
    page = render(
        study=args.study,
        tables=grids(summary, read_table(args.published, COLUMNS)),
        curves=[
            *(
                curve(path, models)
                for path in sorted(args.curves, key=lambda p: (p.stem, p.parent.name != "psnr"))
            ),
            *(cost(path, models) for path in args.cost_figure),
            *(calibration(path) for path in sorted(args.calibration, key=attrgetter("stem"))),
        ],
        crops=[crop(path, models) for path in sorted(args.crops)],
        cases=[case(path) for path in sorted(args.cases, key=attrgetter("stem"))],
        trainings=[training(path) for path in sorted(args.training, key=attrgetter("stem"))],
        cards=read_cards(args.cards),
        others=read_plains(args.others),
        foot=read_foot(args.foot),
        digest=hashlib.sha256(args.summary.read_bytes()).hexdigest()[:12],
    )
    write_text(args.output, page)
