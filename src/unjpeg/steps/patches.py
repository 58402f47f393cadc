"""Cut training patches, and whole validation images, in aligned clean and degraded pairs."""

import argparse
import json
import sys
from itertools import chain
from pathlib import Path

import numpy as np

from unjpeg.ahead import ahead
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.images import png
from unjpeg.jpeg import codec, degrade, reference
from unjpeg.manifest import Image, Manifest
from unjpeg.pairs import Draw, cut, draw, in_channels, places
from unjpeg.parts import sources_of
from unjpeg.store.encoded import write_encoded
from unjpeg.store.patches import write_patches

Source = tuple[Manifest, Image]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, type=json.loads, metavar="JSON", help="entry of `data`")
    parser.add_argument("--seed", required=True, type=int, help="seed of the study")
    parser.add_argument(
        "--manifests", required=True, nargs="+", type=Path, help="manifest.json of each data set"
    )
    parser.add_argument("--splits", required=True, nargs="+", type=Path, help="split file of each data set")
    parser.add_argument("--threads", type=int, default=1, help="of the codecs; the same result (1)")
    parser.add_argument("--output", required=True, type=Path, help="folder for train.h5 and val.h5")


def run(args: argparse.Namespace) -> None:
    train, val = (sources_of(args.data, part, args.manifests, args.splits) for part in ("train", "val"))
    _train(train, args.data, args.seed, args.output / "train.h5", args.threads)
    _val(val, args.data, args.output / "val.h5", args.threads)


def _train(sources: list[Source], data: dict, seed: int, output: Path, threads: int) -> None:
    names = [f"{manifest.dataset}/{image.name}" for manifest, image in sources]
    plan: list[list[tuple[Draw, np.ndarray]]] = []  # of each image, its copies
    for name, (_, image) in zip(names, sources):
        drawn = [draw(name, (image.height, image.width), copy, seed, data) for copy in range(data["copies"])]
        plan.append([(one, places(one, data)) for one in drawn])
    if small := [name for name, copies in zip(names, plan) for _, corners in copies if not len(corners)]:
        print(
            f"{len(small)} copies are smaller than {data['patch']} pixels a side, such as {small[0]}: "
            "no patch of them",
            file=sys.stderr,
        )
    total = sum(len(corners) for copies in plan for _, corners in copies)
    if not total:
        raise UserError(f"no image has {data['patch']} pixels a side, the size of a patch")

    def of_image(number: int) -> list[tuple]:
        manifest, image = sources[number]
        copies = [(drawn, corners) for drawn, corners in plan[number] if len(corners)]
        pixels = manifest.read(image) if copies else None
        return [
            (degraded, clean, number, drawn.index)
            for drawn, corners in copies
            for degraded, clean in cut(pixels, drawn, corners, data)
        ]

    shape = (total, data["patch"], data["patch"], data["channels"])
    attrs = {"sources": json.dumps(names), "degradations": json.dumps(data["degradations"]), **codec()}
    pairs = chain.from_iterable(ahead(of_image, range(len(sources)), threads))
    write_patches(output, pairs, shape, seed, attrs)


def _val(sources: list[Source], data: dict, output: Path, threads: int) -> None:
    """Whole images, each under the next degradation that compresses: PSNR of equal images is infinite."""
    wanted = [d for d in data["degradations"] if parse(d).last] or data["degradations"]

    def pair(number: int) -> tuple[str, bytes, bytes]:
        manifest, image = sources[number]
        degradation = parse(wanted[number % len(wanted)])
        pixels = in_channels(manifest.read(image), data)
        degraded = degrade(pixels, degradation)
        return f"{manifest.dataset}/{image.name}", degraded, png(reference(pixels, degradation))

    write_encoded(output, ahead(pair, range(len(sources)), threads), dict(codec()), ("degraded", "clean"))
