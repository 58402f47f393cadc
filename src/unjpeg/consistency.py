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

import numpy as np

from unjpeg.ahead import ahead
from unjpeg.encoder import SAFE, Plane, pixels_of, rgb, rounded, ycbcr
from unjpeg.quantised import Component, Quantised
from unjpeg.recompressed import recompressed

STEP = 0.05  # further inside per round, for what rounding to 8 bits undid
ROUNDS = 60  # only units that do not hold yet take part; most hold after a few
DITHER = 12  # rounds after which flat blocks are rounded with noise: their pixels would all step at once
PIXELS = 1 << 18  # at a time


def consistent(
    pixels: np.ndarray, file: Quantised, into: np.ndarray | None = None, threads: int = 1
) -> tuple[np.ndarray, float]:
    """uint8 (H, W, 3 or 1), stored as in the file -> (the same, share of its units that hold).

    A unit is what the file codes together: 8x8 pixels, 16x16 with 4:2:0. The share is 1 where libjpeg
    compresses the result to the file's levels; a unit that does not hold after `ROUNDS` rounds is as near as
    these came. into: where the result goes, such as `pixels` themselves; a new array without it. threads: as
    many strips at a time, with the same result.
    """
    out = np.empty_like(pixels) if into is None else into

    def settled(rows: slice) -> tuple[int, int]:
        """(units that hold, units)"""
        units = _Units(pixels[rows], rows.start, file)
        units.settle()
        out[rows] = units.joined()
        agreed = recompressed(out[rows], rows.start, file)
        return (units.all_held(SAFE) if agreed is None else agreed).sum(), len(units.pixels)

    strips = _strips(file, threads)
    done = map(settled, strips) if threads == 1 else ahead(settled, strips, threads)
    held, count = map(sum, zip(*done))
    return out, held / count


def holding(pixels: np.ndarray, file: Quantised) -> float:
    """Share of the units of uint8 (H, W, 3 or 1) that compress to the file's levels."""
    held = [_Units(pixels[rows], rows.start, file).all_held(0.0) for rows in _strips(file)]
    return float(np.concatenate(held).mean())


def _strips(file: Quantised, threads: int = 1) -> Iterator[slice]:
    """Rows of the image: whole units, of `PIXELS` at a time for all threads together."""
    down = file.unit[0]
    step = down * max(1, PIXELS // threads // (down * file.width))
    for top in range(0, file.height, step):
        yield slice(top, min(top + step, file.height))


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

    def _plane(self, component: Component, top: int, file: Quantised) -> Plane:
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
        return Plane(component, cut(part), cut(inside)[..., None, None], last)

    def held(self, which: np.ndarray, inner: float) -> np.ndarray:
        """Which of the units `which` compress to the file's levels."""
        planes = rounded(self.pixels[which])
        good = np.ones(len(which), bool)
        for i, plane in enumerate(self.planes):
            samples = plane.samples(planes[..., i], self.bottom[which])
            good &= (np.abs(plane.off(samples, which, inner)) <= 1e-9).all((1, 2, 3, 4))
        return good

    def all_held(self, inner: float) -> np.ndarray:
        return self.held(np.arange(len(self.pixels)), inner)

    def settle(self) -> None:
        """Move units until they hold.

        What rounding to 8 bits undoes is not lost: changes are summed up before they are rounded.
        """
        active = np.flatnonzero(~self.all_held(SAFE))
        target = ycbcr(self.pixels[active])
        for turn in range(ROUNDS):
            if not len(active):
                break
            planes, bottom = rounded(self.pixels[active]), self.bottom[active]
            again, since = divmod(turn, DITHER)
            push = since + 4 * again  # too much of it asks near white for what there is not
            for i, plane in enumerate(self.planes):
                samples = plane.samples(planes[..., i], bottom)
                off = plane.off(samples, active, SAFE + STEP * push)
                target[..., i] += plane.spread(pixels_of(off), bottom)
            noise = np.random.default_rng(turn).uniform(-0.5, 0.5, target.shape[1:]) if turn >= DITHER else 0
            self._put(active, rgb(target) + noise)
            missing = ~self.held(active, SAFE)
            active, target = active[missing], target[missing]

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
