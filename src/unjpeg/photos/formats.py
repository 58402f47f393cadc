"""The formats that results are written in, and what each does not hold: known before the work."""

import math
from dataclasses import dataclass, field

MARKER = 65_533  # bytes after a marker's length in a JPEG, where EXIF begins


@dataclass(frozen=True)
class Format:
    """ending: of its files. options: Pillow's. side: pixels of height or width at most. alpha, wide: whether
    it holds transparency, 16 bits of gray. room: bytes at most, by Pillow's names of what goes with the
    pixels; all where nothing is said."""

    name: str
    ending: str
    options: dict
    side: int = 2**31 - 1
    alpha: bool = True
    wide: bool = True
    room: dict[str, int] = field(default_factory=dict)

    def holds(self, key: str, value) -> bool:
        """Whether EXIF, XMP, a profile or the resolution can be written."""
        return len(value) <= self.room.get(key, math.inf)


FORMATS = {
    "png": Format(
        "PNG", ".png", {"compress_level": 4}, room={"icc_profile": (1 << 20) - 1}
    ),  # Pillow opens no more
    "jpeg": Format(
        "JPEG",
        ".jpg",
        {"subsampling": 0},
        side=65_500,
        alpha=False,
        wide=False,
        room={"exif": MARKER, "xmp": MARKER - 29, "icc_profile": 255 * (MARKER - 14)},
    ),
    "webp": Format(
        "WebP", ".webp", {"lossless": True, "exact": True}, side=16_383, wide=False, room={"dpi": 0}
    ),
    "tiff": Format("TIFF", ".tif", {"compression": "tiff_adobe_deflate"}),
}
NAMES = {"exif": "EXIF", "xmp": "XMP", "icc_profile": "colour profile", "dpi": "resolution"}
