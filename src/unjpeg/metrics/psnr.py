"""Peak signal-to-noise ratio of 8-bit samples: 10 log10(255^2 / MSE), MSE over all samples."""

import math

import numpy as np

from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol

CARD = Card(
    name="psnr",
    title="PSNR",
    better="higher",
    range=(0.0, math.inf),
    unit="dB",
    reference=True,
    color="one MSE over all samples of one or three channels; peak 255 also for luma 16..235",
    distribution="unjpeg",
    source="literature's; rounded uint8, no border cut",
    min_side=1,
)


def score(image: np.ndarray, reference: np.ndarray, protocol: Protocol) -> float:
    """dB; inf for equal images, and so for the mean of a set that holds an equal pair."""
    CARD.check(image, reference, protocol)
    return decibels(squared_error(image, reference))


def squared_error(image: np.ndarray, reference: np.ndarray) -> float:
    """Mean squared difference of uint8 arrays of one shape, in 0..255^2, exact."""
    difference = np.subtract(image, reference, dtype=np.int32)
    return int(np.square(difference).sum(dtype=np.int64)) / difference.size


def decibels(error: float) -> float:
    """Squared error in 0..255^2 -> dB against the peak 255; inf for 0."""
    return 10 * math.log10(255**2 / error) if error > 0 else math.inf
