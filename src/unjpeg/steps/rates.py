"""How many bytes each JPEG of a set takes: one CSV row per image and degradation."""

import argparse
import csv
import io
from pathlib import Path

from PIL import Image

from unjpeg.atomic import write_text
from unjpeg.degradation import parse
from unjpeg.store.encoded import Encoded

COLUMNS = ("image", "degradation", "bytes", "width", "height")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--images", required=True, nargs="+", type=Path, help="HDF5 files of `unjpeg compress`"
    )
    parser.add_argument("--output", required=True, type=Path, help="CSV")


def run(args: argparse.Namespace) -> None:
    """bytes: of the whole JPEG file with its headers and tables; width, height: of the image in it.

    What was never compressed is no JPEG and has no row.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for path in args.images:
        with Encoded(path) as images:
            degradation = parse(images.attrs["degradation"])
            for name in images.names if degradation.steps else ():
                data = images.bytes(name)
                with Image.open(io.BytesIO(data)) as image:
                    table.writerow((name, degradation, len(data), *image.size))
    write_text(args.output, text.getvalue())
