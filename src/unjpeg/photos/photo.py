"""Anybody's picture: opened with all that goes with it, and written with it again.

What is restored is uint8 RGB or gray, as stored in the file, so that a JPEG's blocks lie on their grid.
Transparency, colour profile, EXIF, XMP and resolution are kept beside it. docs/photos.md has every policy.
"""

import io
import math
import re
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageCms, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from unjpeg.errors import UserError
from unjpeg.images import unlimited

MAX_PIXELS = 200_000_000
ROWS = 64
FORMATS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "tiff": ".tif"}
WIDE = ("I;16", "I;16B", "I;16L", "I")  # gray samples of 16 bits
ORIENTATION = 0x0112
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF's codes to Pillow's transpositions
XMP_ORIENTATION = re.compile(rb'tiff:Orientation="[0-9]"|<tiff:Orientation>[0-9]</tiff:Orientation>')


@dataclass
class Photo:
    """pixels: uint8 (H, W, 3 or 1), not turned. wide: uint16 (H, W) of a 16-bit gray file. alpha: uint8
    (H, W). kept: what Pillow's `save` takes. notes: what could not be kept, in words."""

    pixels: np.ndarray
    format: str
    alpha: np.ndarray | None = None
    wide: np.ndarray | None = None
    kept: dict = field(default_factory=dict)  # icc_profile, exif, xmp, dpi
    orientation: int = 1
    notes: list[str] = field(default_factory=list)

    def encode(self, pixels: np.ndarray, format: str = "png", quality: int = 95) -> bytes:
        """The file with other pixels, upright: uint8 as `pixels`, in one of `FORMATS`.

        PNG, TIFF and WebP are lossless; JPEG has 4:4:4 at `quality`, and neither transparency nor 16 bits.
        """
        image = self._image(pixels)
        if self.orientation != 1:
            image = image.transpose(Image.Transpose(TURNS[self.orientation]))
        if format == "jpeg" and (self.alpha is not None or self.wide is not None):
            raise UserError("JPEG holds neither transparency nor 16 bits; allowed here: png, tiff, webp")
        options = {
            "png": {"compress_level": 4},
            "jpeg": {"quality": quality, "subsampling": 0},
            "webp": {"lossless": True, "exact": True},
            "tiff": {"compression": "tiff_adobe_deflate"},
        }[format]
        kept = dict(self.kept)
        if format == "webp":
            kept.pop("dpi", None)
        if format == "png" and (xmp := kept.pop("xmp", None)):
            kept["pnginfo"] = PngImagePlugin.PngInfo()
            kept["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
        if format == "tiff":
            kept.pop("xmp", None)
        out = io.BytesIO()
        image.save(out, format, **options, **kept)
        return out.getvalue()

    def _image(self, pixels: np.ndarray) -> Image.Image:
        if self.wide is not None:  # the change is made in 16 bits, so nothing is rounded that is not changed
            change = pixels[..., 0].astype(np.int32) - self.pixels[..., 0]
            return Image.fromarray((self.wide + 257 * change).clip(0, 65535).astype(np.uint16))
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        if self.alpha is not None:
            image.putalpha(Image.fromarray(self.alpha))
        return image


def read_photo(data: bytes, max_pixels: int = MAX_PIXELS, room: float = math.inf) -> Photo:
    """The picture in the bytes of a file; room: bytes of memory for all that is done with it.

    Errors: `UserError` where there is none, or it is too large; that is known before it is decoded.
    """
    try:
        with unlimited(), Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > max_pixels:
                size = f"{image.width}x{image.height}"
                raise UserError(f"{size} pixels; allowed: {max_pixels / 1e6:g} megapixels (--max-pixels)")
            if (needed := _needed(image)) > room:
                size, needed = f"{image.width}x{image.height}", f"{needed / 2**30:.2f} GiB"
                left = f"{max(room, 0) / 2**30:.2f} GiB"
                raise UserError(f"{size} pixels need {needed}; of --max-memory there are left {left}")
            return _photo(image)
    except UnidentifiedImageError:
        raise UserError("not an image that can be read (no known format)") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        if isinstance(error, UserError):
            raise
        why = str(error).replace("\n", " ") or type(error).__name__
        raise UserError(f"not an image that can be read ({why})") from None


def _photo(image: Image.Image) -> Photo:
    photo = Photo(np.empty(0), (image.format or "").lower())
    if getattr(image, "n_frames", 1) > 1:
        photo.notes.append(f"the first of {image.n_frames} frames")
    if any(";16" in str(part) for part in image.tile) and image.mode not in WIDE:
        photo.notes.append("16 bits a sample were read as 8")
    image.load()
    if image.mode in WIDE:
        photo.wide = np.asarray(image).astype(np.uint16)
        photo.pixels = ((photo.wide.astype(np.uint32) + 128) // 257).astype(np.uint8)[..., None]
    else:
        image = _plain(image, photo)
        if image.mode in ("RGBA", "LA"):
            photo.alpha = _array(image.getchannel("A"))[..., 0]
            image = image.convert(image.mode[:-1])
        photo.pixels = _array(image)
    _keep(image, photo)
    return photo


def _needed(image: Image.Image) -> float:
    """Bytes at most, from decoding to the written file: measured. One sample of 16 bits counts as four.

    The coefficients of a JPEG whose chroma is not sampled down are the largest part.
    """
    samples = len(image.getbands()) if image.mode not in WIDE else 4
    each = 6.0
    if image.format in ("JPEG", "MPO"):
        each = 7.0 if JpegImagePlugin.get_sampling(image) in (0, -1) else 5.5
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
        if profile := image.info.pop("icc_profile", None):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        return image.convert("RGB")
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


def _keep(image: Image.Image, photo: Photo) -> None:
    """What goes with the pixels into the new file."""
    exif = image.getexif()
    photo.orientation = exif.get(ORIENTATION, 1) if exif.get(ORIENTATION, 1) in range(1, 9) else 1
    if exif:
        exif.pop(ORIENTATION, None)  # the new file is upright
        photo.kept["exif"] = exif.tobytes()
    for key in ("icc_profile", "dpi", "xmp"):
        if value := image.info.get(key):
            photo.kept[key] = XMP_ORIENTATION.sub(b"", value) if key == "xmp" else value
