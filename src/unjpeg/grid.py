"""Where the 8x8 grid of a JPEG lies in an image that may have been cut since."""

import numpy as np

from unjpeg.dct import coefficients

WINDOW = 512  # pixels a side of the middle part that is looked at


def phase(luma: np.ndarray) -> tuple[int, int]:
    """(down, right) in 0..7: pixels before the first block edge. luma: uint8 (H, W), 16 pixels a side or
    more.

    Of the 64 phases the one whose blocks have most coefficients next to 0: quantisation makes zeros on its
    own grid only. Without any compression the answer means nothing. Ties go to the first phase.
    """
    top, left = (max(0, (side - WINDOW) // 2) // 8 * 8 for side in luma.shape)
    part = luma[top : top + WINDOW, left : left + WINDOW]
    height, width = (side // 8 * 8 - 8 for side in part.shape)
    zeros = {
        (down, right): (np.abs(coefficients(part[down : down + height, right : right + width])) < 0.5).sum()
        for down in range(8)
        for right in range(8)
    }
    return max(zeros, key=zeros.get)
