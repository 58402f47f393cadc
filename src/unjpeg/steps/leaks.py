"""Stop where a test image is a training image too: exact, resized or compressed again, cropped.

Images come from manifests, with their split files or whole, or from plain folders:

    unjpeg leaks --train my_photos --test kodak24
"""

import argparse
import json
import sys
from functools import partial
from pathlib import Path

import numpy as np

from unjpeg.atomic import write_text
from unjpeg.errors import UserError
from unjpeg.folder import images_in
from unjpeg.foreign import read_foreign
from unjpeg.leaks.search import Leak, Source, leaks
from unjpeg.leaks.table import to_csv
from unjpeg.manifest import Manifest
from unjpeg.parts import images_of

PARTS = {"train": ("train", "val"), "test": ("test",)}


def arguments(parser: argparse.ArgumentParser) -> None:
    for role, parts in PARTS.items():
        parser.add_argument(
            f"--{role}", nargs="*", default=[], type=Path, help="manifests (.json), or folders of images"
        )
        parser.add_argument(
            f"--{role}-splits",
            nargs="*",
            type=Path,
            help=f"split file of each: only its {' and '.join(parts)} images (all)",
        )
    parser.add_argument(
        "--allowed", default=[], type=json.loads, metavar="JSON", help="`leaks_allowed` of a study"
    )
    parser.add_argument("--output", type=Path, help="CSV of the leaks that are allowed")


def run(args: argparse.Namespace) -> None:
    """Writes the output only where all that was found is allowed."""
    train, test = _sources(args, "train"), _sources(args, "test")
    reasons = {(pair["train"], pair["test"]): pair["reason"] for pair in args.allowed}
    rows, stopping = [], []
    for leak in leaks(train, test):
        reason = reasons.get((leak.train.set, leak.test.set))
        print(f"{_told(leak)}{f': allowed, {reason}' if reason else ''}", file=sys.stderr, flush=True)
        if reason is None:
            stopping.append(leak)
        rows.append(_row(leak, reason or ""))
    print(f"{len(test)} test images against {len(train)} training images: {len(rows)} leaks", file=sys.stderr)
    if stopping:
        more = f" ({len(stopping)} leaks in all, listed above)" if len(stopping) > 1 else ""
        raise UserError(
            f"{_told(stopping[0])}{more}; leave it out of one of the two, or give the pair of sets a reason "
            "in leaks_allowed"
        )
    if args.output:
        write_text(args.output, to_csv(rows))


def _told(leak: Leak) -> str:
    return (
        f"test image {leak.test.set}/{leak.test.name} is training image {leak.train.set}/{leak.train.name} "
        f"({leak.kind}, similarity {leak.similarity:.3f})"
    )


def _row(leak: Leak, reason: str) -> dict[str, str]:
    return {
        "test_set": leak.test.set,
        "test_image": leak.test.name,
        "training_set": leak.train.set,
        "training_image": leak.train.name,
        "kind": leak.kind,
        "similarity": f"{leak.similarity:.4f}",
        "reason": reason,
    }


def _sources(args: argparse.Namespace, role: str) -> list[Source]:
    paths, splits = vars(args)[role], vars(args)[f"{role}_splits"]
    if splits and len(splits) != len(paths):
        raise UserError(f"--{role}-splits: {len(splits)} files for {len(paths)} manifests")
    sources = []
    for path, split in zip(paths, splits or [None] * len(paths)):
        if path.suffix == ".json":
            manifest = Manifest.load(path)
            images = images_of(manifest, split, *PARTS[role]) if split else manifest.images
            sources += [Source(manifest.dataset, i.name, partial(manifest.read, i)) for i in images]
        else:
            images = images_in(path)
            sources += [Source(str(path), name, partial(_pixels, file)) for name, file in images.items()]
    return sources


def _pixels(file: Path) -> np.ndarray:
    return read_foreign(file, file.parent)[1]
