"""ffmpeg's ultra simple postprocessing: the image encoded again, with the Snow codec, at shifted places.

`qp` is half the file's step, ffmpeg's scale. Debian 12's ffmpeg lacks the filter, so its strength here is a
guess that nobody has measured.
"""

import numpy as np

from unjpeg.peers import ffmpeg
from unjpeg.peers.planes import filtered

CARD = {"title": "ffmpeg uspp", "source": "ffmpeg.org/ffmpeg-filters.html#uspp", "needs": "ffmpeg"}


def check() -> None:
    """`UserError` where ffmpeg or its filter is missing."""
    ffmpeg.check("uspp")


def restore(data: bytes) -> np.ndarray:
    """Bytes of an image -> uint8 (H, W, C)."""
    return filtered(data, _filter)


def _filter(plane: np.ndarray, table: np.ndarray) -> np.ndarray:
    qp = int(np.clip(round(max(table[0, 1], table[1, 0]) / 2), 1, 63))
    return ffmpeg.filtered(plane, f"uspp=quality=6:qp={qp}")
