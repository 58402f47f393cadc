"""From the bytes of a picture to restored pixels: detector, network, strength, what the file says.

One place for the command line, the library and the web page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch
from PIL import Image

from unjpeg.consistency import consistent
from unjpeg.detection import Detection, Detector
from unjpeg.errors import UserError
from unjpeg.jpegfacts import Facts, facts
from unjpeg.photos.memory import APART, tile_for, used
from unjpeg.photos.photo import MAX_PIXELS, Photo, read_photo
from unjpeg.photos.quality import quality_for, told
from unjpeg.quantised import Quantised, quantised
from unjpeg.restorer import Restorer


@dataclass(frozen=True)
class Wish:
    """What a user asks for. strength: 0 leaves the picture, 1 is the network's. force: restore also what was
    never compressed. consistent: keep to what a JPEG file says; None: unless it looks compressed twice, when
    the first, which the file does not speak of, may have done more. memory: bytes of the whole process.
    quality: 1..100, told to a network that takes one; None: as `quality_for` finds it. format: what the
    result is written in; a picture that it does not hold is refused before the work."""

    strength: float = 1.0
    force: bool = False
    consistent: bool | None = None
    memory: int = 2 << 30
    max_pixels: int = MAX_PIXELS
    quality: float | None = None
    format: str = "png"

    def __post_init__(self):
        _within("strength", self.strength, 0, 1)
        if self.consistent not in (None, True, False):
            raise UserError(f"consistent {self.consistent!r}; allowed: True, False, None")
        if self.quality is not None:
            _within("quality", self.quality, 1, 100)


def _within(name: str, value: float, least: int, most: int) -> None:
    if not isinstance(value, Real):
        raise UserError(f"{name} {value!r}; allowed: {least} to {most}")
    if not least <= value <= most:
        raise UserError(f"{name} {value:g}; allowed: {least} to {most}")


@dataclass(frozen=True)
class Restored:
    """pixels: uint8, stored as the photo's. seen: what the detector says; None without one. said: what the
    JPEG file says. done: whether the network was used; why: in words. held: share of the file's units that
    the result compresses to, None where that was not asked or cannot be. told: the quality that the network
    was told."""

    photo: Photo
    pixels: np.ndarray
    seen: Detection | None
    said: Facts | None
    done: bool
    why: str
    held: float | None = None
    told: float | None = None

    @property
    def notes(self) -> list[str]:
        """What could not be kept, in words."""
        return self.photo.notes


def restored(
    source: bytes | Image.Image,
    restorer: Restorer,
    detector: Detector | None,
    wish: Wish = Wish(),  # noqa: B008 (frozen)
    progress: Callable[[float], None] | None = None,
) -> Restored:
    """A file's bytes or a Pillow image, restored where it was compressed. Errors: `UserError`."""
    photo = read_photo(source, wish.max_pixels, wish.memory - used() - APART)
    data = source if isinstance(source, bytes) else b""
    return restored_photo(photo, data, restorer, detector, wish, progress)


def restored_photo(
    photo: Photo,
    data: bytes,
    restorer: Restorer,
    detector: Detector | None,
    wish: Wish,
    progress: Callable[[float], None] | None = None,
) -> Restored:
    """The same of an opened picture; data: the file it was read from, empty where there was none."""
    seen = detector(photo.pixels) if detector else None
    said = facts(data) if data else None
    why = _reason(seen, said, wish.force)
    if not why or wish.strength == 0:
        left = "strength 0" if why else f"{seen.answer}: left as it is"
        return Restored(photo, photo.pixels, seen, said, False, left)
    photo.notes += photo.left_out(wish.format)
    restorer = restorer.of(photo.pixels.shape[2])
    quality = quality_for(restorer, wish.quality, said, seen)
    tile = tile_for(restorer, photo.pixels.shape, wish.memory)
    pixels = told(restorer, quality)(photo.pixels, tile, progress)
    if wish.strength < 1:
        pixels = blend(photo.pixels, pixels, wish.strength)
    held, keep = None, wish.consistent
    if keep is None:
        keep = seen is None or seen.answer != "compressed twice"
    if said and not keep and wish.consistent is None:
        photo.notes.append("it looks compressed twice, so it is not kept to the file")
    elif said and keep and (file := _file(data, photo)):
        pixels, held = consistent(pixels, file, into=pixels, threads=torch.get_num_threads())
    return Restored(photo, pixels, seen, said, True, why, held, quality)


def _reason(seen: Detection | None, said: Facts | None, force: bool) -> str:
    """Why a picture is restored, in words; empty where it is not."""
    if force:
        return "asked for"
    if said:
        return f"a JPEG file: {said.text()}"
    if seen is None:
        return "no detector asked"
    return seen.answer if seen.answer.startswith("compressed") else ""


def blend(before: np.ndarray, after: np.ndarray, strength: float) -> np.ndarray:
    """uint8 between two uint8 images, rounded; in rows, so that no float image is made."""
    out = np.empty_like(after)
    for row in range(0, len(out), 64):
        part = slice(row, row + 64)
        low, high = before[part].astype(np.float32), after[part].astype(np.float32)
        out[part] = np.rint(low + np.float32(strength) * (high - low)).astype(np.uint8)
    return out


def _file(data: bytes, photo: Photo) -> Quantised | None:
    """What a JPEG file says of the picture; None, and a note, where nothing that can be kept to."""
    try:
        file = quantised(data)
    except UserError:  # jpeglib has no arithmetic coding, which Pillow decodes
        photo.notes.append("not kept to the file, whose coefficients cannot be read")
        return None
    if file and (file.height, file.width, len(file.components)) == photo.pixels.shape:
        return file
    photo.notes.append("not kept to the file, whose colours are neither gray nor YCbCr")
    return None
