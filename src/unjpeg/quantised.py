"""The quantised coefficients of a JPEG file: all that it says of its image.

Read by libjpeg through `jpeglib`; Pillow decodes them to pixels only.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unjpeg.errors import UserError


@dataclass(frozen=True)
class Component:
    """One plane. levels: int16 (rows, columns, 8, 8) in blocks, vertical frequency first; steps: (8, 8), the
    quantisation table; down, right: pixels of the image per sample of the plane."""

    levels: np.ndarray
    steps: np.ndarray
    down: int
    right: int


@dataclass(frozen=True)
class Quantised:
    """height, width: of the image in pixels. components: Y, or Y, Cb, Cr."""

    height: int
    width: int
    components: tuple[Component, ...]

    @property
    def unit(self) -> tuple[int, int]:
        """(height, width) in pixels of what is coded together; cuts there leave whole blocks."""
        return 8 * max(c.down for c in self.components), 8 * max(c.right for c in self.components)


def quantised(data: bytes) -> Quantised | None:
    """Of the bytes of a JPEG file; None where it is neither gray nor YCbCr (such as CMYK).

    Errors: `UserError` where libjpeg cannot read it.
    """
    import jpeglib

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.jpg"
        path.write_bytes(data)
        try:
            found = jpeglib.read_dct(str(path))
        except (OSError, RuntimeError, ValueError) as error:
            raise UserError(f"not a JPEG that can be read ({error})") from None
    if str(found.jpeg_color_space) not in ("JCS_GRAYSCALE", "JCS_YCbCr"):
        return None
    planes = [found.Y] if found.Cb is None else [found.Y, found.Cb, found.Cr]
    factors = np.array(found.samp_factor)[: len(planes)]  # (vertical, horizontal)
    ratios = factors.max(0) / factors if len(planes) > 1 else np.ones((1, 2))
    if (ratios % 1).any():
        return None
    components = [
        Component(np.asarray(plane), np.asarray(found.get_component_qt(i), np.int32), *map(int, ratio))
        for i, (plane, ratio) in enumerate(zip(planes, ratios))
    ]
    return Quantised(found.height, found.width, tuple(components))
