"""Structural similarity with a Gaussian window, the valid region only.

Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural
similarity, IEEE TIP 13(4), 2004, without the later automatic downsampling. Two conventions are
mixed in the literature: the 8x8 uniform window (AR-CNN's own tables, .7905 for LIVE1 at quality 10)
and this one (.7730 for the same files). They must not share a column.
"""

import numpy as np
from scipy.ndimage import correlate1d

from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol

RADIUS = 5
SIGMA = 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

CARD = Card(
    name="ssim",
    title="SSIM",
    better="higher",
    range=(-1.0, 1.0),
    unit="",
    reference=True,
    color="one channel as it is; RGB: mean of the three channels' values",
    distribution="unjpeg",
    source="Wang 2004: 11x11 Gaussian, sigma 1.5, valid region, K = (.01, .03), L = 255",
    min_side=2 * RADIUS + 1,
)

_taps = np.exp(-(np.arange(-RADIUS, RADIUS + 1) ** 2) / (2 * SIGMA**2))
WINDOW = _taps / _taps.sum()


def score(image: np.ndarray, reference: np.ndarray, protocol: Protocol) -> float:
    """At most 1, which equal images reach exactly."""
    CARD.check(image, reference, protocol)
    channels = zip(np.moveaxis(image, 2, 0), np.moveaxis(reference, 2, 0), strict=True)
    return float(
        np.mean([similarity(x.astype(np.float64), y.astype(np.float64)).mean() for x, y in channels])
    )


def similarity(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The map of SSIM: float64 (H, W) in 0..255, twice -> (H - 10, W - 10).

    Only the sum of the two variances enters, so four windowed means are enough.
    """
    mean_x, mean_y = _windowed(x), _windowed(y)
    product, squares = mean_x * mean_y, mean_x * mean_x + mean_y * mean_y
    covariance = _windowed(x * y) - product
    variances = _windowed(x * x + y * y) - squares
    return (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2))


def _windowed(plane: np.ndarray) -> np.ndarray:
    rows = correlate1d(plane, WINDOW, axis=0)[RADIUS:-RADIUS]
    return correlate1d(rows, WINDOW, axis=1)[:, RADIUS:-RADIUS]
