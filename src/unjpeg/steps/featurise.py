"""Features of 256x256 tiles, for training a detector: every image under every degradation."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from unjpeg.dct import histograms
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.images import luma_full, read_uint8
from unjpeg.jpeg import codec, degrade
from unjpeg.manifest import Image, Manifest
from unjpeg.pairs import draw, places, reduced, turned
from unjpeg.parts import sources_of
from unjpeg.store.features import write_features

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
    for part in ("train", "val"):
        sources = sources_of(args.data, part, args.manifests, args.splits)
        names = [f"{manifest.dataset}/{image.name}" for manifest, image in sources]
        lists = {"sources": json.dumps(names), "degradations": json.dumps(args.data["degradations"])}
        items = _features(sources, names, args.data, args.seed, args.data["copies"] if part == "train" else 1)
        if not write_features(args.output / f"{part}.h5", items, {**lists, **codec()}):
            raise UserError(f"no {part} image has {args.data['patch']} pixels a side, the size of a tile")


def _features(
    sources: list[Source], names: list[str], data: dict, seed: int, copies: int
) -> Iterator[tuple[np.ndarray, int, int]]:
    """(features, source, degradation) of each copy of each image under each degradation."""
    side = data["patch"]
    for number, (manifest, image) in enumerate(sources):
        pixels = manifest.read(image)
        for copy in range(copies):
            drawn = draw(names[number], (image.height, image.width), copy, seed, data)
            clean = turned(reduced(pixels, drawn.scale), drawn.turn)
            for index, text in enumerate(data["degradations"]):
                degradation = parse(text)
                corners = places(replace(drawn, degradation=degradation), data)
                if not len(corners):
                    continue
                plane = luma_full(read_uint8(degrade(clean, degradation)))
                tiles = [histograms(plane[r : r + side, c : c + side]) for r, c in corners]
                yield np.stack(tiles), number, index
