"""What libjpeg's encoder makes of pixels, and how far that is from the coefficients of a file."""

from dataclasses import dataclass

import numpy as np
from scipy.fft import dct

from unjpeg.quantised import Component

SAFE = 0.2  # from the ends of intervals: the exact DCT stands for libjpeg's integer one
# libjpeg's jccolor.c, 16 bits behind the point: rows Y, Cb, Cr
_FORWARD = np.array([[19595, 38470, 7471], [-11059, -21709, 32768], [32768, -27439, -5329]]) / 65536
_BACK = np.linalg.inv(_FORWARD)
_OFFSET = np.array([0.0, 128.0, 128.0])
_HALF = np.array([0.5, 0.5 - 2**-16, 0.5 - 2**-16])  # ties of chroma are rounded down
_DCT = dct(np.eye(8), axis=0, norm="ortho")  # small products: one of all blocks would start threads of BLAS


@dataclass
class Plane:
    """A component of some units. levels: (n, blocks down, across, 8, 8). inside: which blocks are image.
    last: samples of the last row of units that are image."""

    component: Component
    levels: np.ndarray
    inside: np.ndarray
    last: int

    def samples(self, plane: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        """(n, H, W) pixels of the component -> (n, h, w) integers that the encoder transforms."""
        n, height, width = plane.shape
        down, right = self.component.down, self.component.right
        total = plane.reshape(n, height // down, down, width // right, right).sum((2, 4))
        size = down * right  # libjpeg's biases: 0, 1 for two pixels, 1, 2 for four, in turn along a row
        turns = np.arange(width // right) % 2 + (size > 2) if size > 1 else 0
        found = np.floor((total + turns) / size)
        found[bottom, self.last :] = found[bottom, self.last - 1 : self.last]
        return found

    def spread(self, change: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        """A change of samples -> one of pixels; rows that repeat the last one share theirs."""
        change[bottom, self.last - 1] = change[bottom, self.last - 1 :].mean(1)
        return change.repeat(self.component.down, 1).repeat(self.component.right, 2)

    def off(self, samples: np.ndarray, which: np.ndarray, inner: np.ndarray | float) -> np.ndarray:
        """What the coefficients lack to lie in their intervals, `inner` from the ends: (n, b, b, 8, 8)."""
        half = self.component.steps / 2
        half = half - np.minimum(inner, 0.9 * half)
        found = _DCT @ (_blocks(samples) - 128) @ _DCT.T
        middle = self.levels[which] * self.component.steps
        low, high = middle - half, middle + half
        self._exact(low, high, self.levels[which][..., 0, 0], max(0.0, inner - SAFE))
        return (np.clip(found, low, high) - found) * self.inside[which]

    def _exact(self, low: np.ndarray, high: np.ndarray, levels: np.ndarray, inner: float) -> None:
        """Set the ends of the mean coefficients' intervals: eighths, of which halves go away from zero.

        At quality 50 white is the end of its interval.
        """
        middle, half = levels * self.component.steps[0, 0], self.component.steps[0, 0] / 2
        low[..., 0, 0] = np.minimum(middle - half + np.where(levels > 0, 0, 1 / 16) + inner, middle)
        high[..., 0, 0] = np.maximum(middle + half - np.where(levels < 0, 0, 1 / 16) - inner, middle)


def ycbcr(pixels: np.ndarray) -> np.ndarray:
    """uint8 (..., C) -> float64: YCbCr in the full range, not rounded; one channel as it is."""
    if pixels.shape[-1] == 1:
        return pixels.astype(np.float64)
    planes = pixels @ _FORWARD.T
    planes += _OFFSET
    return planes


def rounded(pixels: np.ndarray) -> np.ndarray:
    """uint8 (..., C) -> the integers of libjpeg's YCbCr, as float64."""
    planes = ycbcr(pixels)
    planes += _HALF[: planes.shape[-1]]
    return np.floor(planes, out=planes)


def rgb(planes: np.ndarray) -> np.ndarray:
    """The inverse of `ycbcr`, neither rounded nor clipped."""
    return (planes - _OFFSET) @ _BACK.T if planes.shape[-1] == 3 else planes


def pixels_of(coefficients: np.ndarray) -> np.ndarray:
    """(n, rows, columns, 8, 8) -> (n, 8 rows, 8 columns)."""
    found = (_DCT.T @ coefficients @ _DCT).swapaxes(2, 3)
    return found.reshape(len(found), found.shape[1] * 8, -1)


def _blocks(plane: np.ndarray) -> np.ndarray:
    n, height, width = plane.shape
    return plane.reshape(n, height // 8, 8, width // 8, 8).swapaxes(2, 3)
