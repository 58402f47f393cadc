"""Score a restored set against its clean images: one CSV row per image and metric."""

import argparse
import os
from pathlib import Path

from unjpeg.atomic import write_text
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.manifest import Manifest
from unjpeg.metrics import protocol as protocols
from unjpeg.parts import images_of
from unjpeg.scoring import rows, to_csv
from unjpeg.store.encoded import Encoded


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study")
    parser.add_argument("--model", required=True, help="name of the model; none for the un-restored images")
    parser.add_argument("--images", required=True, type=Path, help="HDF5 of `unjpeg restore` or `compress`")
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.json of the data set")
    parser.add_argument("--split", required=True, type=Path, help="CSV that `unjpeg split` wrote")
    parser.add_argument("--metrics", required=True, nargs="+", help="psnr, ssim, ...")
    parser.add_argument("--parameters", type=Path, help="folder of metric parameter files")
    parser.add_argument("--output", required=True, type=Path, help="CSV")


def run(args: argparse.Namespace) -> None:
    if args.parameters:
        os.environ["UNJPEG_METRICS"] = str(args.parameters)
    manifest = Manifest.load(args.manifest)
    wanted = images_of(manifest, args.split, "test")
    with Encoded(args.images) as images:
        degradation = parse(images.attrs["degradation"])
        if lacking := [i.name for i in wanted if i.name not in images.names]:
            raise UserError(f"{args.images}: lacks the image {lacking[0]!r} of {manifest.dataset}")
        labels = {"study": args.study, "model": args.model, "set": manifest.dataset}
        protocol = protocols.default_for(degradation)
        table = [
            row
            for image in wanted
            for row in rows(
                labels,
                image.name,
                images.read(image.name),
                manifest.read(image),
                degradation,
                protocol,
                args.metrics,
            )
        ]
    write_text(args.output, to_csv(table))
