"""Images that a JPEG file does not contradict: those that compress to exactly its coefficients.

The original is one of them. A restored image is moved to the nearest one: its DCT coefficients are clipped to
the intervals that the quantised ones of the file stand for. By projection onto a convex set that holds the
original no image moves away from it, but for rounding to 8 bits.

Definition of compressing, libjpeg's: RGB to YCbCr, rounded; the right edge repeated to whole units; chroma by
the mean over the pixels of a sample, rounded by turns up and down; the lower edge of each component repeated;
DCT; division by the step, rounded. Blocks wholly outside the image say nothing. The exact DCT stands for
libjpeg's integer one, so coefficients are kept `SAFE` away from the ends of their intervals, but for the mean
ones, which libjpeg has without an error.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.fft import dctn, idctn

from unjpeg.quantised import Component, Quantised

SAFE = 0.2
STEP = 0.05  # further inside per round, for what rounding to 8 bits undid
ROUNDS = 60  # only units that do not hold yet take part; most hold after a few
DITHER = 12  # rounds after which flat blocks are rounded with noise: their pixels would all step at once
PIXELS = 1 << 18  # at a time
# libjpeg's jccolor.c, 16 bits behind the point: rows Y, Cb, Cr
_FORWARD = np.array([[19595, 38470, 7471], [-11059, -21709, 32768], [32768, -27439, -5329]]) / 65536
_BACK = np.linalg.inv(_FORWARD)
_OFFSET = np.array([0.0, 128.0, 128.0])
_HALF = np.array([0.5, 0.5 - 2**-16, 0.5 - 2**-16])  # ties of chroma are rounded down
_AXES = (-2, -1)


def consistent(
    pixels: np.ndarray, file: Quantised, into: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    """uint8 (H, W, 3 or 1), stored as in the file -> (the same, share of its units that hold).

    A unit is what the file codes together: 8x8 pixels, 16x16 with 4:2:0. The share is 1 where the result
    compresses to the file's levels; a unit that does not after `ROUNDS` rounds is as near as these came.
    into: where the result goes, such as `pixels` themselves; a new array without it.
    """
    out, held, count = np.empty_like(pixels) if into is None else into, 0, 0
    for rows, units in _strips(pixels, file):
        held += units.settle()
        count += len(units.pixels)
        out[rows] = units.joined()
    return out, held / count


def holding(pixels: np.ndarray, file: Quantised) -> float:
    """Share of the units of uint8 (H, W, 3 or 1) that compress to the file's levels."""
    held = [units.held(np.arange(len(units.pixels)), 0.0) for _, units in _strips(pixels, file)]
    return float(np.concatenate(held).mean())


def _strips(pixels: np.ndarray, file: Quantised) -> Iterator[tuple[slice, "_Units"]]:
    """(rows of the image, its units there)."""
    down = file.unit[0]
    step = down * max(1, PIXELS // (down * file.width))
    for top in range(0, file.height, step):
        rows = slice(top, min(top + step, file.height))
        yield rows, _Units(pixels[rows], top, file)


@dataclass
class _Plane:
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
        found = dctn(_blocks(samples) - 128, axes=_AXES, norm="ortho")
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


class _Units:
    """The units of a strip: uint8 (n, height, width, C), edges repeated."""

    def __init__(self, strip: np.ndarray, top: int, file: Quantised):
        (high, wide), (self.height, self.width) = file.unit, strip.shape[:2]
        grown = np.pad(strip, ((0, -self.height % high), (0, -self.width % wide), (0, 0)), "edge")
        self.columns = grown.shape[1] // wide
        cut = grown.reshape(-1, high, self.columns, wide, grown.shape[2]).swapaxes(1, 2)
        self.pixels = cut.reshape(-1, high, wide, grown.shape[2]).copy()
        row, column = np.divmod(np.arange(len(self.pixels)), self.columns)
        self.bottom, self.right = row == row[-1], column == column[-1]
        self.edge = self.width - wide * (self.columns - 1)  # columns of the last unit that are image
        self.planes = [self._plane(c, top, file) for c in file.components]

    def _plane(self, component: Component, top: int, file: Quantised) -> _Plane:
        down, right = component.down, component.right
        high, wide = file.unit[0] // (8 * down), file.unit[1] // (8 * right)
        rows = len(self.pixels) // self.columns
        first = top // (8 * down)
        found = component.levels[
            first : first + -(-self.height // (8 * down)), : -(-self.width // (8 * right))
        ]
        part = np.zeros((rows * high, self.columns * wide, 8, 8), found.dtype)
        inside = np.zeros(part.shape[:2], bool)
        part[: found.shape[0], : found.shape[1]], inside[: found.shape[0], : found.shape[1]] = found, True

        def cut(blocks: np.ndarray) -> np.ndarray:
            shape = (rows, high, self.columns, wide, *blocks.shape[2:])
            return blocks.reshape(shape).swapaxes(1, 2).reshape(-1, high, wide, *blocks.shape[2:])

        last = -(-(self.height - file.unit[0] * (rows - 1)) // down)
        return _Plane(component, cut(part), cut(inside)[..., None, None], last)

    def held(self, which: np.ndarray, inner: float) -> np.ndarray:
        """Which of the units `which` compress to the file's levels."""
        rounded = _rounded(self.pixels[which])
        good = np.ones(len(which), bool)
        for i, plane in enumerate(self.planes):
            samples = plane.samples(rounded[..., i], self.bottom[which])
            good &= (np.abs(plane.off(samples, which, inner)) <= 1e-9).all((1, 2, 3, 4))
        return good

    def settle(self) -> int:
        """Move units until they hold; how many do.

        What rounding to 8 bits undoes is not lost: changes are summed up before they are rounded.
        """
        active = np.arange(len(self.pixels))
        target = _ycbcr(self.pixels)
        for turn in range(ROUNDS + 1):
            missing = ~self.held(active, SAFE)
            active, target = active[missing], target[missing]
            if not len(active) or turn == ROUNDS:
                break
            rounded, bottom = _rounded(self.pixels[active]), self.bottom[active]
            push = turn % DITHER + 4 * (
                turn // DITHER
            )  # too much of it asks near white for what there is not
            for i, plane in enumerate(self.planes):
                samples = plane.samples(rounded[..., i], bottom)
                off = plane.off(samples, active, SAFE + STEP * push)
                change = idctn(off, axes=_AXES, norm="ortho").swapaxes(2, 3).reshape(samples.shape)
                target[..., i] += plane.spread(change, bottom)
            noise = np.random.default_rng(turn).uniform(-0.5, 0.5, target.shape[1:]) if turn >= DITHER else 0
            self._put(active, _rgb(target) + noise)
        return len(self.pixels) - len(active)

    def _put(self, which: np.ndarray, planes: np.ndarray) -> None:
        """New pixels; what repeats the right edge is averaged into it first, and repeated anew."""
        right, last = self.right[which], self.edge - 1
        planes[right, :, last] = planes[right, :, last:].mean(2)
        pixels = np.rint(planes.clip(0, 255)).astype(np.uint8)
        pixels[right, :, last:] = pixels[right, :, last : last + 1]
        self.pixels[which] = pixels

    def joined(self) -> np.ndarray:
        """The strip again."""
        n, high, wide, channels = self.pixels.shape
        rows = self.pixels.reshape(n // self.columns, self.columns, high, wide, channels).swapaxes(1, 2)
        return rows.reshape(-1, self.columns * wide, channels)[: self.height, : self.width]


def _ycbcr(pixels: np.ndarray) -> np.ndarray:
    """uint8 (..., C) -> float64: YCbCr in the full range, not rounded; one channel as it is."""
    return pixels @ _FORWARD.T + _OFFSET if pixels.shape[-1] == 3 else pixels.astype(np.float64)


def _rounded(pixels: np.ndarray) -> np.ndarray:
    """uint8 (..., C) -> the integers of libjpeg's YCbCr, as float64."""
    planes = _ycbcr(pixels)
    return np.floor(planes + _HALF[: planes.shape[-1]])


def _rgb(planes: np.ndarray) -> np.ndarray:
    return (planes - _OFFSET) @ _BACK.T if planes.shape[-1] == 3 else planes


def _blocks(plane: np.ndarray) -> np.ndarray:
    n, height, width = plane.shape
    return plane.reshape(n, height // 8, 8, width // 8, 8).swapaxes(2, 3)
