"""A picture and all that goes with it, written again with other pixels."""

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, PngImagePlugin

from unjpeg.errors import UserError
from unjpeg.photos.formats import FORMATS, NAMES
from unjpeg.photos.tiff import with_tags

XMP = 700  # TIFF's tag of it


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

    def left_out(self, format: str) -> list[str]:
        """What one of `FORMATS` does not hold of it, in words.

        Errors: `UserError` where it does not hold the picture, or its transparency.
        """
        holds, (height, width) = FORMATS[format], self.pixels.shape[:2]
        if max(height, width) > holds.side:
            raise UserError(
                f"{width}x{height} pixels; allowed in {holds.name}: {holds.side} a side (png takes it)"
            )
        if self.alpha is not None and not holds.alpha:
            raise UserError(f"{holds.name} holds no transparency; allowed here: png, tiff, webp")
        lost = [] if self.wide is None or holds.wide else [f"16 bits became 8, {holds.name} holds no more"]
        gone = [NAMES[key] for key, value in self.kept.items() if not holds.holds(key, value)]
        return lost + ([f"{', '.join(gone)} left out, more than {holds.name} holds"] if gone else [])

    def encode(self, pixels: np.ndarray, format: str = "png", quality: int = 95) -> bytes:
        """The file with other pixels, upright: in one of `FORMATS`, but for what is `left_out`.

        pixels: uint8, stored as `self.pixels`. PNG, TIFF and WebP are lossless; JPEG has 4:4:4 at `quality`.
        Errors: `UserError` as of `left_out`.
        """
        self.left_out(format)
        holds = FORMATS[format]
        kept = {key: value for key, value in self.kept.items() if holds.holds(key, value)}
        image = self.image(pixels, holds.wide)
        image.info.clear()  # Pillow would take from there what is not in `kept`
        if format == "jpeg":
            kept["quality"] = quality
        if format == "png" and (xmp := kept.pop("xmp", None)):
            kept["pnginfo"] = PngImagePlugin.PngInfo()
            kept["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
        tags = Image.Exif()
        if format == "tiff":
            tags.load(kept.pop("exif", b""))
            if xmp := kept.pop("xmp", None):
                tags[XMP] = xmp
        out = io.BytesIO()
        image.save(out, format, **holds.options, **kept)
        del image  # before the file is there twice
        return with_tags(out, tags) if tags else out.getvalue()

    def image(self, pixels: np.ndarray, wide: bool = True) -> Image.Image:
        """The picture with other pixels, upright, `kept` in its `info`. wide: in 16 bits if it was."""
        if wide and self.wide is not None:
            image = self._image(self._wide(pixels))
        else:
            image = self._image(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
            if self.alpha is not None:
                image.putalpha(self._image(self.alpha))
        image.info.update(self.kept)
        return image

    def _wide(self, pixels: np.ndarray) -> np.ndarray:
        """uint16 (H, W): the change is made in 16 bits, so nothing is rounded that is not changed."""
        change = pixels[..., 0].astype(np.int32) - self.pixels[..., 0]
        return (self.wide + 257 * change).clip(0, 65535).astype(np.uint16)

    def _image(self, stored: np.ndarray) -> Image.Image:
        """An array as an upright image; turned here, for two Pillow images take more memory."""
        turned = stored.swapaxes(0, 1) if self.orientation in (5, 6, 7, 8) else stored
        down, right = (-1 if self.orientation in codes else 1 for codes in ((3, 4, 7, 8), (2, 3, 6, 7)))
        return Image.fromarray(turned[::down, ::right])
