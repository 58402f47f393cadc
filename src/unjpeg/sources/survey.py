"""Looking at a data set's files: every image is opened, named, measured and digested."""

import hashlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from unjpeg.config.entries import Dataset, Split
from unjpeg.errors import UserError
from unjpeg.images import read_uint8
from unjpeg.jpeg import tables
from unjpeg.manifest import Image
from unjpeg.sources.gathered import Gathered


def survey(dataset: Dataset, gathered: Gathered) -> tuple[Image, ...]:
    """The images of a data set, sorted by name.

    Errors: `UserError` for a wrong number of images, two of one name, one that cannot be read or has
    the wrong colour, and one whose digest is not the registry's.
    """
    (root, files, _), known = gathered, dataset.known()
    if len(files) != dataset.count:
        raise UserError(f"{len(files)} images in {root}, want {dataset.count}")
    images: dict[str, Image] = {}
    for file, split in sorted(files.items()):
        image = _look(dataset, root, file, split, known)
        if image.name in images:
            raise UserError(f"two images are called {image.name!r}: {images[image.name].file}, {file}")
        images[image.name] = image
    return tuple(images[name] for name in sorted(images))


def jpeg_quality(data: bytes) -> int | None:
    """The quality 1..100 whose standard tables are nearest to those of these bytes; None if no JPEG."""
    found = tables(data)
    if 0 not in found:
        return None
    distance = np.abs(_standard().astype(int) - np.array(found[0])).sum(axis=1)
    return int(distance.argmin()) + 1


def _look(dataset: Dataset, root: Path, file: str, split: Split | None, known: dict[str, str]) -> Image:
    path = root / file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    pixels = read_uint8(data, str(path))
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
