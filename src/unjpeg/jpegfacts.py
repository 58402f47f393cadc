"""What a file that really is a JPEG says of its own last compression."""

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, JpegImagePlugin, UnidentifiedImageError

from unjpeg.degradation import Compress
from unjpeg.images import unlimited
from unjpeg.jpeg import encode, tables

SAMPLINGS = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}


@dataclass(frozen=True)
class Facts:
    """quality: of libjpeg's tables that come nearest; exact: whether they are these tables. tables: 64
    integers each, row by row. sampling: of the chroma, `gray`, or `other`."""

    quality: int
    exact: bool
    sampling: str
    progressive: bool
    tables: dict[int, list[int]]

    def text(self) -> str:
        """In words."""
        quality = f"quality {self.quality}" if self.exact else f"tables nearest to quality {self.quality}"
        return f"{quality}, {self.sampling}{', progressive' if self.progressive else ''}"


def facts(data: bytes) -> Facts | None:
    """Of the bytes of a file; None where it is no JPEG that can be opened."""
    try:
        with unlimited(), Image.open(io.BytesIO(data)) as image:
            if image.format not in ("JPEG", "MPO"):
                return None
            gray = image.mode == "L"
            sampling = "gray" if gray else SAMPLINGS.get(JpegImagePlugin.get_sampling(image), "other")
            progressive = bool(image.info.get("progressive"))
            found = tables(data)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None
    if not found:
        return None
    wanted = [np.array(found[key]) for key in sorted(found)][:2]
    distances = sum(np.abs(known - table).sum(1) for known, table in zip(_known(), wanted))
    nearest = int(distances.argmin())
    return Facts(nearest + 1, bool(distances[nearest] == 0), sampling, progressive, found)


@cache
def _known() -> tuple[np.ndarray, np.ndarray]:
    """(100, 64) each: libjpeg's tables of luma and of chroma at every quality, as its encoder writes them."""
    pixels = np.zeros((8, 8, 3), np.uint8)
    found = [tables(encode(pixels, Compress(quality, "420"))) for quality in range(1, 101)]
    return np.array([t[0] for t in found]), np.array([t[1] for t in found])
