"""What libjpeg itself makes of pixels with the tables of a file: the proof of what `consistency` does."""

import io

import numpy as np
from PIL import Image

from unjpeg.errors import UserError
from unjpeg.quantised import Quantised, quantised

SAMPLINGS = {(1, 1): 0, (1, 2): 1, (2, 2): 2}  # pixels of a sample of chroma, down and right: Pillow's number


def recompressed(strip: np.ndarray, top: int, file: Quantised) -> np.ndarray | None:
    """Which units get the file's levels, bool (rows of units, columns); None where Pillow cannot encode so.

    strip: uint8 (H, W, 3 or 1), whole rows of units of the file from row `top` on.
    """
    luma, *chroma = file.components
    sampling = {(plane.down, plane.right) for plane in chroma}
    if len(sampling) > 1 or not sampling <= SAMPLINGS.keys() or (luma.down, luma.right) != (1, 1):
        return None
    options = {"qtables": [plane.steps.ravel().tolist() for plane in file.components]}
    if sampling:
        options["subsampling"] = SAMPLINGS[sampling.pop()]
    out = io.BytesIO()
    try:
        Image.fromarray(strip[..., 0] if strip.shape[2] == 1 else strip).save(out, "jpeg", **options)
        found = quantised(out.getvalue())
    except (OSError, ValueError, UserError):
        return None
    high, wide = file.unit
    good = np.ones((-(-strip.shape[0] // high), -(-strip.shape[1] // wide)), bool)
    for before, after in zip(file.components, found.components, strict=True):
        first = top // (8 * before.down)
        same = (before.levels[first : first + len(after.levels)] == after.levels).all((2, 3))
        row, column = (
            np.arange(n) // (side // 8 // by)
            for n, side, by in zip(same.shape, file.unit, (before.down, before.right))
        )
        np.logical_and.at(good, (row[:, None], column[None, :]), same)
    return good
