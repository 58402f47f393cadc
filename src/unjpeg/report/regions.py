"""Where to look: which images of a set, and which part of an image.

`spread` and `worst_region` ask the JPEG alone, before any model: no model is shown at its best, and a
new model moves nothing.
"""

import numpy as np

# Mean squared gradient at which texture counts as half noise, in levels of 0..255 squared.
NOISE = 64.0
BOX = 9  # side in pixels over which the direction of gradients is judged


def spread(values: dict[str, float], count: int) -> list[str]:
    """`count` names from the lowest value to the highest, evenly by rank; the median for one.

    Values may be infinite; ties go by name. All names where there are fewer.
    """
    names = sorted(values, key=lambda name: (values[name], name))
    if count >= len(names):
        return names
    places = np.linspace(0, len(names) - 1, count) if count > 1 else [(len(names) - 1) / 2]
    return [names[int(place)] for place in places]


def worst_region(clean: np.ndarray, degraded: np.ndarray, size: int) -> tuple[int, int]:
    """Row and column of the size x size window with most visible damage; see `region`.

    clean, degraded: uint8 (H, W, C) of one shape.
    """
    return region(clean, damage(clean, degraded), size)


def damage(clean: np.ndarray, image: np.ndarray) -> np.ndarray:
    """float64 (H, W): |image - clean| in levels of 0..255, mean over channels."""
    return np.abs(image.astype(np.float64) - clean).mean(2)


def region(clean: np.ndarray, weight: np.ndarray, size: int) -> tuple[int, int]:
    """Row and column of the size x size window of largest visible weight; on the image's 8x8 grid.

    clean: uint8 (H, W, C); weight: (H, W), of either sign, taken times `visibility` of the clean image.
    The window has the largest sum, the first such in reading order. A side below `size` gives 0.
    """
    sums = _sums(weight * visibility(clean))
    height, width = clean.shape[:2]
    high, wide = min(size, height), min(size, width)
    rows, columns = np.arange(0, height - high + 1, 8), np.arange(0, width - wide + 1, 8)
    window = sums[rows + high][:, columns + wide] - sums[rows][:, columns + wide]
    window = window - sums[rows + high][:, columns] + sums[rows][:, columns]
    row, column = np.unravel_index(np.argmax(np.round(window, 6)), window.shape)
    return int(rows[row]), int(columns[column])


def visibility(clean: np.ndarray) -> np.ndarray:
    """float (H, W) in 0..1: near 1 on flat ground and along edges, near 0 in noise, which hides damage.

    Noise is strong gradients without a common direction: 1 - (1 - c^2) e / (e + NOISE), where e is the
    mean squared gradient of a BOX x BOX neighbourhood and c the coherence of its structure tensor.
    """
    down, right = np.gradient(clean.astype(np.float64).mean(2))
    dd, rr, dr = _mean(down * down), _mean(right * right), _mean(down * right)
    energy = dd + rr
    coherence = np.hypot(dd - rr, 2 * dr) / np.maximum(energy, 1e-9)
    return np.clip(1 - (1 - coherence**2) * energy / (energy + NOISE), 0, 1)


def _mean(plane: np.ndarray) -> np.ndarray:
    """Mean over BOX x BOX, the border repeated."""
    sums = _sums(np.pad(plane, BOX // 2, mode="edge"))
    return (sums[BOX:, BOX:] - sums[BOX:, :-BOX] - sums[:-BOX, BOX:] + sums[:-BOX, :-BOX]) / BOX**2


def _sums(plane: np.ndarray) -> np.ndarray:
    """(H + 1, W + 1): sums of all that lies above and to the left."""
    return np.pad(plane.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
