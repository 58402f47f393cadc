"""Two functions for other programs, as in this example:

    from PIL import Image
    from unjpeg import detect, restore

    photo = Image.open("photo.jpg")
    print(detect(photo).answer)
    restore(photo).save("photo.png")

Models are loaded once and kept.
"""

from functools import lru_cache
from numbers import Real
from pathlib import Path
from typing import overload

import numpy as np
from PIL import Image

from unjpeg import zoo
from unjpeg.detection import Detection, Detector
from unjpeg.ensemble import allowed, ensembled
from unjpeg.errors import UserError
from unjpeg.photos.memory import used
from unjpeg.photos.photo import MAX_PIXELS, read_photo
from unjpeg.photos.precision import in_precision
from unjpeg.photos.quality import takes_quality
from unjpeg.photos.restoring import Wish, restored
from unjpeg.restorer import Restorer


@overload
def restore(
    image: Image.Image,
    *,
    model: str | Path = ...,
    strength: float = ...,
    quality: float | None = ...,
    consistent: bool | None = ...,
    device: str = ...,
    precision: str = ...,
    ensemble: int = ...,
    max_memory: float | None = ...,
    max_pixels: float = ...,
) -> Image.Image: ...
@overload
def restore(
    image: np.ndarray,
    *,
    model: str | Path = ...,
    strength: float = ...,
    quality: float | None = ...,
    consistent: bool | None = ...,
    device: str = ...,
    precision: str = ...,
    ensemble: int = ...,
    max_memory: float | None = ...,
    max_pixels: float = ...,
) -> np.ndarray: ...
@overload
def restore(
    image: bytes,
    *,
    model: str | Path = ...,
    strength: float = ...,
    quality: float | None = ...,
    consistent: bool | None = ...,
    device: str = ...,
    precision: str = ...,
    ensemble: int = ...,
    max_memory: float | None = ...,
    max_pixels: float = ...,
) -> Image.Image: ...
def restore(
    image,
    *,
    model=zoo.DEFAULTS["restore"],
    strength=1.0,
    quality=None,
    consistent=None,
    device="cpu",
    precision="auto",
    ensemble=1,
    max_memory=None,
    max_pixels=MAX_PIXELS / 1e6,
):
    """A picture without its compression artifacts; always restored, also where it was never compressed.

    image: a Pillow image (any mode that `unjpeg restore` takes), uint8 (H, W), (H, W, 1) or (H, W, 3), or the
        bytes of a file. Bytes of a JPEG file give most: the result is kept to what the file says.
    model: name or folder. strength: 0 leaves the picture, 1 is all the network does. quality: 1..100, for a
        network that takes one; None: the file's, else estimated from the pixels. device: cpu or cuda.
    consistent: keep to what a JPEG file says; None: unless it looks compressed twice.
    precision: auto, float32 or bfloat16, of the network; float32 is the same on every machine.
    ensemble: the mean over 1, 2, 4 or 8 turns of the picture: a little better, so many times as slow.
    max_memory: GiB of the whole process; None: 2 more than it has at the call. max_pixels: megapixels.
    Returns: an array for an array, else an upright Pillow image with what belonged to it in `info`
        (icc_profile, exif, xmp, dpi).
    Errors: `unjpeg.errors.UserError`, a ValueError, one line.
    """
    network = restorer(str(model), str(device), str(precision), allowed(ensemble))
    asks = takes_quality(network.card) and quality is None or isinstance(image, bytes) and consistent is None
    looks = detector(zoo.DEFAULTS["detect"], device) if asks else None
    memory = used() + (2 << 30) if max_memory is None else _limit("max_memory", max_memory, 2**30)
    pixels = _limit("max_pixels", max_pixels, 1e6)
    wish = Wish(strength, True, consistent, memory, pixels, quality)
    found = restored(_picture(image), network, looks, wish)
    if isinstance(image, np.ndarray):
        return found.pixels.reshape(image.shape)
    return found.photo.image(found.pixels)


def detect(
    image: Image.Image | np.ndarray | bytes,
    *,
    model: str | Path = zoo.DEFAULTS["detect"],
    device: str = "cpu",
    max_pixels: float = MAX_PIXELS / 1e6,
) -> Detection:
    """Whether a picture was never, once or twice compressed: `.answer`, `.probabilities`, `.quality`.

    image, model, device, max_pixels, errors: as for `restore`.
    """
    look, most = detector(str(model), device), _limit("max_pixels", max_pixels, 1e6)
    return look(read_photo(_picture(image), most).pixels)


@lru_cache(maxsize=4)
def restorer(model: str, device: str, precision: str, ensemble: int = 1) -> Restorer:
    """A restorer by name or folder, kept for the next call. See `in_precision` and `ensembled`."""
    return ensembled(in_precision(Restorer(zoo.find(model, "restore"), device), precision), ensemble)


@lru_cache(maxsize=4)
def detector(model: str, device: str) -> Detector:
    """A detector by name or folder, kept for the next call."""
    return Detector(zoo.find(model, "detect"), device)


def _limit(name: str, value: float, unit: float) -> int:
    """So many units as one number. Errors: `UserError`."""
    if not isinstance(value, Real) or not 0 < value <= 1e6:
        raise UserError(f"{name} {value!r}; allowed: a number above 0, up to 1e+06")
    return int(value * unit)


def _picture(image) -> bytes | Image.Image:
    """What `read_photo` takes. Errors: `UserError` for anything else."""
    if isinstance(image, np.ndarray):
        shape = image.shape
        if (
            image.dtype != np.uint8
            or len(shape) not in (2, 3)
            or shape[2:] not in ((), (1,), (3,))
            or 0 in shape
        ):
            raise UserError(f"array of {image.dtype} {shape}; allowed: uint8 (H, W), (H, W, 1), (H, W, 3)")
        return Image.fromarray(image.squeeze(2) if shape[2:] == (1,) else image)
    if not isinstance(image, bytes | Image.Image):
        raise UserError(f"{type(image).__name__}; allowed: a Pillow image, an array, the bytes of a file")
    return image
