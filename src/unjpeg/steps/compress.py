"""Degrade the images of a set: JPEG bytes, with the codec and its tables on record."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from unjpeg.degradation import parse
from unjpeg.jpeg import codec, degrade, tables
from unjpeg.manifest import Manifest
from unjpeg.parts import PARTS, images_of
from unjpeg.store.encoded import write_encoded


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.json of the data set")
    parser.add_argument("--split", required=True, type=Path, help="CSV that `unjpeg split` wrote")
    parser.add_argument("--part", default="test", choices=PARTS, help="which part (test)")
    parser.add_argument("--degradation", required=True, type=parse, help="such as q10, gray-q10, q50+q10")
    parser.add_argument("--output", required=True, type=Path, help="HDF5 file")


def run(args: argparse.Namespace) -> None:
    manifest, degradation = Manifest.load(args.manifest), args.degradation
    images = images_of(manifest, args.split, args.part)
    used = {}

    def encoded() -> Iterator[tuple[str, bytes]]:
        for image in images:
            data = degrade(manifest.read(image), degradation)
            used[json.dumps(tables(data))] = None  # gray and colour images differ in tables
            yield image.name, data

    attrs = {"dataset": manifest.dataset, "part": args.part, "degradation": str(degradation), **codec()}
    write_encoded(
        args.output, encoded(), attrs, record=lambda: {"tables": json.dumps([json.loads(t) for t in used])}
    )
