"""8x8 DCT of luma, and how often each coefficient takes each value: what JPEG leaves behind in pixels.

Features of the detector of deJPEG (calebtham/deJPEG, ai-research/preprocess.ipynb): the histogram of each
coefficient over the blocks of a tile, without level shift, quantisation or rounding.
"""

import numpy as np
from scipy.special import expit

TILE = 256  # pixels a side of what the published detector looks at
LIMIT = 60  # coefficients from -60 to 60 are counted, those beyond are dropped
STEEPNESS = 1e6  # of the sigmoid that stands for the step in the definition
COEFFICIENTS = 64


def _basis() -> np.ndarray:
    k, x = np.mgrid[:8, :8]
    rows = np.cos((2 * x + 1) * k * np.pi / 16) / 2
    rows[0] /= np.sqrt(2)
    return rows


BASIS = _basis()  # orthonormal DCT-II, (frequency, position)


def coefficients(luma: np.ndarray) -> np.ndarray:
    """Orthonormal DCT-II of every 8x8 block: (H, W) of any number type -> float64 (blocks, 64).

    Blocks and frequencies row by row: column 8 v + h is vertical frequency v, horizontal h. H and W must
    be multiples of 8 (`ValueError`).
    """
    height, width = luma.shape
    if height % 8 or width % 8 or not luma.size:
        raise ValueError(f"luma of {width}x{height} pixels; want multiples of 8")
    blocks = luma.reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    return (BASIS @ blocks.astype(np.float64) @ BASIS.T).reshape(-1, COEFFICIENTS)


def histograms(luma: np.ndarray) -> np.ndarray:
    """Share of blocks in each unit interval of each coefficient: (H, W) in 0..255 -> float32 (120, 65).

    Row i is the interval from i - 60 to i - 59. Columns 0..63 are the published features; column 64 is
    the DC once more, after JPEG's level shift by 128, without which it is all but always out of range. A
    value on an edge counts half to either side, as in the definition: the difference of mean sigmoids of
    steepness 10^6, which are neither 0 nor 1 next to an edge only.
    """
    found = coefficients(luma)
    found = np.concatenate([found, found[:, :1] - 8 * 128], 1)
    edge = np.rint(found)
    above = expit(STEEPNESS * (found - edge))  # the part in the interval above the nearest edge
    kinds, columns = 2 * LIMIT + 3, found.shape[1]  # all edges beyond the range are one to each side
    place = np.clip(edge, -LIMIT - 1, LIMIT + 1).astype(np.int64) + LIMIT + 1 + kinds * np.arange(columns)
    upper, lower = (
        np.bincount(place.ravel(), part.ravel(), kinds * columns).reshape(columns, kinds)
        for part in (above, 1 - above)
    )
    return ((upper[:, 1:-2] + lower[:, 2:-1]).T / len(found)).astype(np.float32)


def tiles(luma: np.ndarray, side: int = TILE) -> np.ndarray:
    """All whole tiles from the top left corner on, row by row: (H, W) -> (n, side, side), n may be 0."""
    rows, columns = luma.shape[0] // side, luma.shape[1] // side
    cut = luma[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return cut.swapaxes(1, 2).reshape(-1, side, side)
