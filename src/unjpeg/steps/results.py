"""Write a page of a study's means, each under the command that repeats it without the study."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="its name")
    parser.add_argument("--summary", required=True, type=Path, help="summary.csv of `unjpeg tables`")
    parser.add_argument("--published", required=True, type=Path, help="published.csv of the same")
    parser.add_argument("--cards", nargs="*", type=Path, default=[], help="card.json of each model")
    parser.add_argument("--output", required=True, type=Path, help="Markdown")


def run(args: argparse.Namespace) -> None:
    from unjpeg.atomic import write_text
    from unjpeg.card import read_card
    from unjpeg.report.published import COLUMNS, read_table
    from unjpeg.report.repeated import page
    from unjpeg.report.summary import read_summary

    cards = {path.parent.name: read_card(path.parent) for path in args.cards}
    text = page(read_summary(args.summary), read_table(args.published, COLUMNS), cards)
    write_text(args.output, f"{HEAD.format(study=args.study)}\n{text}")


HEAD = """# Results of study {study}

Written by its rule `results`. Means over the images; in brackets the gain in PSNR over the JPEG. A model that
ends in `+file` is kept to the JPEG file, as `unjpeg restore` does unless it sees two compressions
(all scores are of float32; its own choice, `--precision auto`, may be bfloat16, thousandths of
a dB apart). `@authors` are networks with the
weights that their authors gave out, made by `unjpeg import` into a folder `models`. A folder of a set's
images is called by the set's name.
"""
