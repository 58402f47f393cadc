"""Divide a data set by source image into train, val and test."""

import argparse
import json
from pathlib import Path

from unjpeg.atomic import write_text
from unjpeg.manifest import Manifest
from unjpeg.parts import divide, to_csv


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.json of the data set")
    parser.add_argument("--split", required=True, type=json.loads, metavar="JSON", help="entry of `splits`")
    parser.add_argument("--seed", required=True, type=int, help="seed of the study")
    parser.add_argument("--output", required=True, type=Path, help="CSV with the columns image, split")


def run(args: argparse.Namespace) -> None:
    write_text(args.output, to_csv(divide(Manifest.load(args.manifest), args.split, args.seed)))
