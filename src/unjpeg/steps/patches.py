"""Cut training patches, and whole validation images, in aligned clean and degraded pairs."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.images import png
from unjpeg.jpeg import codec, degrade, reference
from unjpeg.manifest import Image, Manifest
from unjpeg.pairs import cut, draw, places
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
    parser.add_argument("--output", required=True, type=Path, help="folder for train.h5 and val.h5")


def run(args: argparse.Namespace) -> None:
    train, val = (sources_of(args.data, part, args.manifests, args.splits) for part in ("train", "val"))
    _train(train, args.data, args.seed, args.output / "train.h5")
    _val(val, args.data, args.output / "val.h5")


def _train(sources: list[Source], data: dict, seed: int, output: Path) -> None:
    names = [f"{manifest.dataset}/{image.name}" for manifest, image in sources]
    plan = []
    for number, (name, (_, image)) in enumerate(zip(names, sources)):
        for copy in range(data["copies"]):
            drawn = draw(name, (image.height, image.width), copy, seed, data)
            plan.append((number, drawn, places(drawn, data)))
    if small := [names[n] for n, _, corners in plan if not len(corners)]:
        print(
            f"{len(small)} copies are smaller than {data['patch']} pixels a side, such as {small[0]}: "
            "no patch of them",
            file=sys.stderr,
        )
    total = sum(len(corners) for _, _, corners in plan)
    if not total:
        raise UserError(f"no image has {data['patch']} pixels a side, the size of a patch")

    def pairs() -> Iterator[tuple]:
        before, pixels = None, None
        for number, drawn, corners in plan:
            if not len(corners):
                continue
            if number != before:
                manifest, image = sources[number]
                before, pixels = number, manifest.read(image)
            for degraded, clean in cut(pixels, drawn, corners, data):
                yield degraded, clean, number, drawn.index

    shape = (total, data["patch"], data["patch"], data["channels"])
    attrs = {"sources": json.dumps(names), "degradations": json.dumps(data["degradations"]), **codec()}
    write_patches(output, pairs(), shape, seed, attrs)


def _val(sources: list[Source], data: dict, output: Path) -> None:
    """Whole images, each under the next degradation that compresses: PSNR of equal images is infinite."""
    wanted = [d for d in data["degradations"] if parse(d).last] or data["degradations"]

    def pairs() -> Iterator[tuple[str, bytes, bytes]]:
        for number, (manifest, image) in enumerate(sources):
            degradation = parse(wanted[number % len(wanted)])
            pixels = manifest.read(image)
            degraded = degrade(pixels, degradation)
            yield f"{manifest.dataset}/{image.name}", degraded, png(reference(pixels, degradation))

    write_encoded(output, pairs(), dict(codec()), ("degraded", "clean"))
