"""Looking at a data set's files: every image is opened, named, measured and digested."""

import hashlib
import io
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image as Pillow

from unjpeg.config.entries import Dataset, Split
from unjpeg.errors import UserError
from unjpeg.foreign import UnusableError, check_file, read_foreign, shown
from unjpeg.jpeg import tables
from unjpeg.manifest import Image
from unjpeg.sources.gathered import Gathered


class Survey(NamedTuple):
    """images: sorted by name; left_out: files that are no usable images, with the reason of each."""

    images: tuple[Image, ...]
    left_out: dict[str, str]


def survey(dataset: Dataset, gathered: Gathered) -> Survey:
    """What a data set's files hold. What is left out (`unreadable: skip`) is named on stderr, and counted.

    Errors: `UserError` for a wrong number of images, two of one name, one that cannot be read or has
    the wrong colour, and one whose digest is not the registry's.
    """
    (root, files, _), known = gathered, dataset.known()
    left_out: dict[str, str] = {}

    def usable(file: str, look: Callable) -> object:
        try:
            return look()
        except UnusableError as error:
            if dataset.unreadable == "stop" or Path(file).stem in known:
                raise
            print(f"left out: {error}", file=sys.stderr)
            left_out[shown(file)] = error.reason

    for file in sorted(files):  # before the count, which says nothing of what it counts
        usable(file, partial(check_file, root / file, root))
    if dataset.unreadable == "stop":
        _check_count(dataset, root, len(files), 0)
    images: dict[str, Image] = {}
    for file, split in sorted(files.items()):
        if shown(file) in left_out:
            continue
        if (read := usable(file, partial(read_foreign, root / file, root))) is None:
            continue
        image = _look(dataset, root / file, file, split, known, *read)
        if image.name in images:
            raise UserError(f"two images are called {image.name!r}: {images[image.name].file}, {file}")
        images[image.name] = image
    if left_out:
        print(f"left out: {len(left_out)} of {len(files)} files in {shown(root)}", file=sys.stderr)
    _check_count(dataset, root, len(images), len(left_out))
    return Survey(tuple(images[name] for name in sorted(images)), dict(sorted(left_out.items())))


def _check_count(dataset: Dataset, root: Path, found: int, left_out: int) -> None:
    if found != dataset.count:
        more = f" ({left_out} left out)" if left_out else ""
        raise UserError(f"{found} images in {shown(root)}{more}, want {dataset.count}")


def jpeg_quality(data: bytes) -> int | None:
    """The quality 1..100 whose standard tables are nearest to those of these bytes; None if no JPEG."""
    found = tables(data)
    if 0 not in found:
        return None
    distance = np.abs(_standard().astype(int) - np.array(found[0])).sum(axis=1)
    return int(distance.argmin()) + 1


def _look(
    dataset: Dataset,
    path: Path,
    file: str,
    split: Split | None,
    known: dict[str, str],
    data: bytes,
    pixels: np.ndarray,
) -> Image:
    if dataset.colour == "gray" and pixels.shape[2] != 1:
        raise UserError(f"{path}: a colour image in a data set that is declared gray")
    digest = hashlib.sha256(data).hexdigest()
    with Pillow.open(io.BytesIO(data)) as opened:
        mode = opened.mode
    return Image(
        name=_name(path, digest, known, complete=len(known) == dataset.count),
        file=file,
        sha256=digest,
        width=pixels.shape[1],
        height=pixels.shape[0],
        mode=mode,
        split=split,
        jpeg_quality=jpeg_quality(data),
    )


def _name(path: Path, digest: str, known: dict[str, str], complete: bool) -> str:
    """The file's stem; where the registry knows all images, the name that it gives to these bytes."""
    stem = path.stem
    if known.get(stem, digest) != digest:
        raise UserError(f"{path}: sha256 is {digest}, the registry's {stem} has {known[stem]}")
    if complete and stem not in known:
        names = [name for name, value in known.items() if value == digest]
        if not names:
            raise UserError(f"{path}: sha256 {digest} is of no image of this data set")
        return names[0]
    return stem


@cache
def _standard() -> np.ndarray:
    """(100, 64): luma table of every quality, as the encoder itself writes it."""
    rows = []
    for quality in range(1, 101):
        out = io.BytesIO()
        Pillow.new("L", (8, 8)).save(out, "jpeg", quality=quality)
        rows.append(tables(out.getvalue())[0])
    return np.array(rows)
