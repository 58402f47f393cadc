"""Anybody's picture: opened with all that goes with it.

What is restored is uint8 RGB or gray, as stored in the file, so that a JPEG's blocks lie on their grid.
Transparency, colour profile, EXIF, XMP and resolution are kept beside it. docs/photos.md has every policy.
"""

import io
import math
import re
from contextlib import AbstractContextManager, nullcontext
from numbers import Real

import numpy as np
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from unjpeg import images
from unjpeg.errors import UserError
from unjpeg.images import FORMATS, lifted, unlimited
from unjpeg.photos.tags import exif_of, tags_of
from unjpeg.photos.writing import Photo

MAX_PIXELS = 200_000_000
SUFFIXES = sorted((*images.SUFFIXES, ".gif", ".jfif", ".jpe"))  # of what is taken from a folder
TEXT = 255 << 16  # bytes: about the largest profile that a JPEG holds
ROWS = 64
WIDE = ("I;16", "I;16B", "I;16L", "I")  # gray samples of 16 bits
ORIENTATION = 0x0112
XMP_ORIENTATION = re.compile(rb'tiff:Orientation="([0-9])"|<tiff:Orientation>([0-9])</tiff:Orientation>')


def read_photo(source: bytes | Image.Image, max_pixels: int = MAX_PIXELS, room: float = math.inf) -> Photo:
    """The picture in the bytes of a file, or in a Pillow image; room: bytes of memory for all done with it.

    Errors: `UserError` where there is none, or it is too large; that is known before it is decoded.
    """
    try:
        with unlimited(), _long_texts(), _opened(source) as image:
            size = f"{image.width}x{image.height}"
            if not image.width * image.height:
                raise UserError(f"{size} pixels; allowed: at least one")
            if image.width * image.height > max_pixels:
                raise UserError(f"{size} pixels; allowed: {max_pixels / 1e6:g} megapixels (max-pixels)")
            if (needed := _needed(image)) > room:
                parts = needed, room, needed - room + 2**30 / 200  # the last one rounded up
                needed, left, more = (f"{part / 2**30:.2f} GiB" for part in parts)
                there = f"there are left {left}" if room > 0 else "the program alone leaves nothing"
                raise UserError(f"{size} pixels need {needed}; of max-memory {there}, {more} too little")
            return _photo(image)
    except UnidentifiedImageError:
        raise UserError("not an image that can be read (no known format)") from None
    except UserError:
        raise
    except Exception as error:  # Pillow raises many kinds for a damaged file
        raise UserError(f"not an image that can be read ({in_words(error)})") from None


def _long_texts() -> AbstractContextManager[None]:
    """Pillow reads texts and profiles of up to `TEXT` bytes in PNG; else it refuses them."""
    return lifted(PngImagePlugin, "MAX_TEXT_CHUNK", max(TEXT, PngImagePlugin.MAX_TEXT_CHUNK))


def in_words(error: Exception) -> str:
    """One line; with its type where it is none that says itself what is wrong."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    text, kind = " ".join(str(error).split()), type(error).__name__
    if isinstance(error, OSError | SyntaxError | ValueError | UserError) and text:
        return text
    return f"{kind}: {text}" if text else kind


def _opened(source: bytes | Image.Image) -> AbstractContextManager[Image.Image]:
    if not isinstance(source, bytes):
        return nullcontext(source)
    return Image.open(io.BytesIO(source), formats=FORMATS)


def _photo(image: Image.Image) -> Photo:
    photo = Photo(np.empty(0), (image.format or "").lower())
    if getattr(image, "n_frames", 1) > 1:
        photo.notes.append(f"the first of {image.n_frames} frames")
    if any(";16" in str(part) for part in getattr(image, "tile", ())) and image.mode not in WIDE:
        photo.notes.append("16 bits a sample were read as 8")
    image.load()
    _keep(image, photo)
    if image.mode in WIDE:
        wide = np.asarray(image)
        if wide.min() < 0 or wide.max() > 65535:
            raise UserError(f"gray from {wide.min()} to {wide.max()}; allowed: 16 bits, 0 to 65535")
        photo.wide = wide.astype(np.uint16)
        photo.pixels = ((photo.wide.astype(np.uint32) + 128) // 257).astype(np.uint8)[..., None]
    else:
        image = _plain(image, photo)
        if image.mode in ("RGBA", "LA"):
            photo.alpha = _array(image.getchannel("A"))[..., 0]
            image = image.convert(image.mode[:-1])
        photo.pixels = _array(image)
    return photo


def _needed(image: Image.Image) -> float:
    """Bytes at most, from decoding to the written file: measured. One sample of 16 bits counts as four.

    The coefficients of a JPEG whose chroma is not sampled down are the largest part.
    """
    samples = len(image.getbands()) if image.mode not in WIDE else 4
    each = 6.0
    if image.format in ("JPEG", "MPO"):
        each = 7.0 if JpegImagePlugin.get_sampling(image) in (0, -1) else 5.5
        each += 0.7 * (exif_of(image).get(ExifTags.Base.Orientation, 1) != 1)  # turned at the end
    return image.width * image.height * each * (3 if image.mode == "P" else samples)


def _array(image: Image.Image) -> np.ndarray:
    """uint8 (H, W, C), copied in strips: at once Pillow holds all of it two times more."""
    out = np.empty((image.height, image.width, len(image.getbands())), np.uint8)
    for top in range(0, image.height, ROWS):
        strip = image.crop((0, top, image.width, min(top + ROWS, image.height)))
        out[top : top + ROWS] = np.asarray(strip).reshape(-1, *out.shape[1:])
    return out


def _plain(image: Image.Image, photo: Photo) -> Image.Image:
    """The image as RGB, RGBA, L or LA."""
    if image.mode == "CMYK":
        photo.notes.append("CMYK became RGB")
        return _printed(image, photo)
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode in ("RGB", "L") and "transparency" in image.info:
        return image.convert(f"{image.mode}A")
    if image.mode in ("RGB", "RGBA", "L", "LA"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "YCbCr":
        return image.convert("RGB")
    raise UserError(
        f"pixel format {image.mode!r}; allowed: 8 bits of RGB, gray, palette or CMYK, 16 bits of gray"
    )


def _printed(image: Image.Image, photo: Photo) -> Image.Image:
    """CMYK as RGB: sRGB where there is a profile of CMYK."""
    if profile := photo.kept.pop("icc_profile", None):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            photo.kept["icc_profile"] = image.info["icc_profile"]
        except (OSError, ImageCms.PyCMSError):
            photo.notes.append("colour profile left out, it is none of CMYK")
    return image.convert("RGB")


def _keep(image: Image.Image, photo: Photo) -> None:
    """What goes with the pixels into the new file."""
    tags, lost = tags_of(image)
    if lost:
        photo.notes.append(f"EXIF tags left out that cannot be written: {', '.join(map(hex, lost))}")
    profile, xmp, dpi = map(image.info.get, ("icc_profile", "xmp", "dpi"))  # of any type in a user's image
    xmp = xmp.encode("utf-8", "replace") if isinstance(xmp, str) else xmp
    xmp = xmp if isinstance(xmp, bytes) else b""
    said = XMP_ORIENTATION.search(xmp)
    turn = tags.get(ORIENTATION, int(said[said.lastindex]) if said else 1)
    photo.orientation = turn if turn in range(1, 9) else 1
    if ORIENTATION in tags:  # the new file is upright
        del tags[ORIENTATION]
    if tags:
        photo.kept["exif"] = tags.tobytes()
    if xmp := XMP_ORIENTATION.sub(b"", xmp):
        photo.kept["xmp"] = xmp
    if profile and isinstance(profile, bytes):
        photo.kept["icc_profile"] = profile
    dpi = (dpi, dpi) if isinstance(dpi, Real) else dpi
    if isinstance(dpi, tuple) and len(dpi) == 2 and all(isinstance(n, Real) and 0 < n < 1 << 16 for n in dpi):
        photo.kept["dpi"] = dpi  # more is not even in a JPEG's two bytes
