"""Collect score files into tables: all rows, means, published values, Markdown, LaTeX, images of a model."""

import argparse
import json
from pathlib import Path

WRITES = ("out_folder",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study, as in the score files")
    parser.add_argument("--scores", required=True, nargs="+", type=Path, help="score files (CSV)")
    parser.add_argument("--leaks", type=Path, help="leaks.csv of `unjpeg leaks`")
    parser.add_argument(
        "--published", nargs="*", type=Path, default=[], help="files such as config/published.yaml"
    )
    parser.add_argument("--files", nargs="*", type=Path, default=[], help="what `unjpeg parameters` wrote")
    parser.add_argument("--cards", nargs="*", type=Path, default=[], help="card.json of each model")
    parser.add_argument("--seed", type=int, help="of the study, for the foot")
    parser.add_argument("--archs", nargs="*", default=[], help="networks of the study, as in models/")
    parser.add_argument("--costs", nargs="*", type=Path, default=[], help="files of cost and cost-peer")
    parser.add_argument("--gains-at", nargs="*", default=[], help="set/degradation of gains beside the cost")
    parser.add_argument("--rates", nargs="*", type=Path, default=[], help="{set}.csv of `unjpeg rates`")
    parser.add_argument(
        "--seed-groups",
        type=json.loads,
        default={},
        help="JSON: models that differ in their seed, by name",
    )
    parser.add_argument(
        "--detections", nargs="*", type=Path, default=[], help="detection.csv of `unjpeg detections`"
    )
    parser.add_argument(
        "--accuracies", type=json.loads, default={}, help="JSON: published accuracies of detectors"
    )
    parser.add_argument("--out-folder", required=True, type=Path, help="folder of the tables")


def run(args: argparse.Namespace) -> None:
    """Writes scores, summary, published, reported, metrics, cost, rates, rate_distortion, matrices, seeds
    (.csv), summary.md, .tex, others.json, foot.txt, images/.

    Reads the record beside each score file.
    """
    from unjpeg.atomic import write_text
    from unjpeg.config.published import read_published
    from unjpeg.report.cost import cost_frame, cost_table
    from unjpeg.report.detection import detection_table, read_accuracies
    from unjpeg.report.foot import foot
    from unjpeg.report.grid import grids
    from unjpeg.report.latex import latex
    from unjpeg.report.leaks import leaks_table
    from unjpeg.report.markdown import markdown
    from unjpeg.report.matrices import matrices
    from unjpeg.report.matrices import tables as matrix_tables
    from unjpeg.report.metric_cards import metric_cards, metrics_table, read_files
    from unjpeg.report.origins import files_of, origins, read_object, read_records
    from unjpeg.report.per_image import per_image
    from unjpeg.report.plain import to_json
    from unjpeg.report.published import beside, not_comparable, reported_table
    from unjpeg.report.rate_distortion import rate_distortion
    from unjpeg.report.rate_distortion import table as rate_table
    from unjpeg.report.rates import mean_rates, read_rates
    from unjpeg.report.scores import read_scores, write_csv
    from unjpeg.report.seeds import over_seeds
    from unjpeg.report.seeds import table as seeds_table
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
    tables, records = grids(summary, published), read_records(args.scores)
    metrics = metric_cards(summary["metric"], read_files(args.files) | files_of(records), records)
    write_csv(metrics, args.out_folder / "metrics.csv")
    cards, missing = [read_object(path) for path in args.cards], len(args.scores) - len(records)
    end = foot(summary["protocol"], summary["metric"], origins(records, cards, args.seed, missing))
    write_text(args.out_folder / "foot.txt", "".join(f"{line}\n" for line in end))
    costs = cost_frame(args.costs, summary, args.gains_at)
    write_csv(costs, args.out_folder / "cost.csv")
    rates = read_rates(args.rates)
    saved, matrix = rate_distortion(scores, rates), matrices(summary, cards)
    seeds = over_seeds(summary, args.seed_groups)
    derived = {"rates": mean_rates(rates), "rate_distortion": saved, "matrices": matrix, "seeds": seeds}
    for name, frame in derived.items():
        write_csv(frame, args.out_folder / f"{name}.csv")
    others = [rate_table(saved), *matrix_tables(matrix), seeds_table(seeds), cost_table(costs)]
    others += [detection_table(read_accuracies(path), args.accuracies) for path in args.detections]
    others += [reported_table(reported), leaks_table(args.leaks), metrics_table(metrics)]
    others = [table for table in others if table.rows]
    write_text(args.out_folder / "others.json", to_json(others))
    write_text(args.out_folder / "summary.md", markdown(args.study, tables, others, end))
    write_text(args.out_folder / "summary.tex", latex(args.study, tables, others, end))
    for (model, name), rows in per_image(scores):
        write_csv(rows, args.out_folder / "images" / model / f"{name}.csv")
