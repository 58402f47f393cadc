"""Pictures to measure with: a folder's, or those of scikit-image; never both in one table."""

from pathlib import Path

import numpy as np
from skimage import data

from unjpeg.errors import UserError
from unjpeg.folder import images_in
from unjpeg.images import read_uint8

LEAST = 256  # a tile of the detector
NAMES = ("astronaut", "chelsea", "coffee", "rocket")


def photographs(folder: Path | None, count: int) -> list[np.ndarray]:
    """uint8 (H, W, 3), so many, each turned another way where there are fewer. Errors: `UserError`."""
    if folder:
        found = [read_uint8(path) for path in list(images_in(folder).values())[:count]]
        if small := [p for p in found if min(p.shape[:2]) < LEAST]:
            raise UserError(
                f"{folder}: a picture of {small[0].shape[1]}x{small[0].shape[0]}; want {LEAST} pixels a side"
            )
        found = [p if p.shape[2] == 3 else np.repeat(p, 3, 2) for p in found]
    else:
        found = [np.ascontiguousarray(getattr(data, name)()) for name in NAMES]
    return [np.ascontiguousarray(np.rot90(found[k % len(found)], k // len(found))) for k in range(count)]
