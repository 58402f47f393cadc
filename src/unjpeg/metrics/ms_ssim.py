"""Multi-scale SSIM, five scales, by pyiqa.

Wang, Simoncelli, Bovik: Multi-scale structural similarity for image quality assessment, Asilomar 2003.
pyiqa pads a side that is odd at some scale with zeros on both ends, which other packages do not.
"""

import numpy as np

from unjpeg.metrics import pyiqa_bridge
from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol

CARD = Card(
    name="ms_ssim",
    title="MS-SSIM",
    better="higher",
    range=(0.0, 1.0),
    unit="",
    reference=True,
    color="one channel as it is; RGB: full-range BT.601 luma, rounded (pyiqa's default)",
    distribution="pyiqa",
    source="Wang 2003: five scales, 11x11 Gaussian",
    min_side=161,
)


def score(image: np.ndarray, reference: np.ndarray, protocol: Protocol) -> float:
    """At most 1. Negative contrast terms count as 0."""
    CARD.check(image, reference, protocol)
    return pyiqa_bridge.score(CARD, image, reference)
