"""Score a restored set against its clean images: one CSV row per image, protocol and metric.

Beside the CSV stands a record of the same name, .json: with what the images were made and scored.
"""

import argparse
import json
import os
from pathlib import Path

from unjpeg import record
from unjpeg.atomic import write_text
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.manifest import Image, Manifest
from unjpeg.metrics import protocol as protocols
from unjpeg.parts import images_of
from unjpeg.provenance import digest_of
from unjpeg.scoring import PACKAGES, check_metrics, rows, to_csv
from unjpeg.store.encoded import Encoded

APART = ("parameters",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", required=True, help="name of the study")
    parser.add_argument("--model", required=True, help="name of the model; none for the un-restored images")
    parser.add_argument(
        "--images", required=True, type=Path, help="HDF5 of `unjpeg restore-set` or `compress`"
    )
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.json of the data set")
    parser.add_argument("--split", required=True, type=Path, help="CSV that `unjpeg split` wrote")
    parser.add_argument("--metrics", required=True, nargs="+", help="psnr, ssim, ...")
    parser.add_argument(
        "--protocols", nargs="*", default=[], help="beside the one that fits: those of these that fit too"
    )
    parser.add_argument("--parameters", type=Path, help="folder of metric parameter files")
    parser.add_argument("--output", required=True, type=Path, help="CSV")


def run(args: argparse.Namespace) -> None:
    if args.parameters:
        os.environ["UNJPEG_METRICS"] = str(args.parameters)
    read = check_metrics(args.metrics)
    manifest = Manifest.load(args.manifest)
    wanted = images_of(manifest, args.split, "test")
    with Encoded(args.images) as images:
        degradation = parse(images.attrs["degradation"])
        if lacking := [i.name for i in wanted if i.name not in images.names]:
            raise UserError(f"{args.images}: lacks the image {lacking[0]!r} of {manifest.dataset}")
        labels = {"study": args.study, "model": args.model, "set": manifest.dataset}
        used = protocols.used_for(degradation, args.protocols)
        table = []
        for image in wanted:
            restored, clean = images.read(image.name), manifest.read(image)
            for protocol in used:
                table += rows(labels, image.name, restored, clean, degradation, protocol, args.metrics)
        made = {**labels, "degradation": str(degradation), **_record(images.attrs, wanted, read)}
    write_text(args.output, to_csv(table))
    write_text(args.output.with_suffix(".json"), json.dumps(made, indent=1) + "\n")


def _record(attrs: dict, images: list[Image], files: dict[str, str]) -> dict:
    """How these images were encoded, restored and scored; restored is None for the JPEG itself."""
    restored = attrs.get("restored_with")
    return {
        "images": {"count": len(images), "digest": digest_of([[i.name, i.sha256] for i in images])},
        "encoded": {key: attrs.get(key) for key in ("encoder", "pillow", "libjpeg")},
        "restored": json.loads(restored) if restored else None,
        "scored": {**record.job(PACKAGES, record.cpu()), "files": files},
    }
