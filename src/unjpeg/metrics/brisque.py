"""Distortion without a reference: a support vector regression on local statistics.

Mittal, Moorthy, Bovik: No-reference image quality assessment in the spatial domain, IEEE TIP 21(12),
2012, by pyiqa with the authors' LIVE model. OpenCV's BRISQUE is another model with other values. As
with NIQE, the original's own value stands beside each.
"""

import numpy as np

from unjpeg.metrics import pyiqa_bridge
from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol

CARD = Card(
    name="brisque",
    title="BRISQUE",
    better="lower",
    range=(float("-inf"), float("inf")),
    unit="",
    reference=False,
    color="one channel as it is, luma 16..235 too; RGB: full-range BT.601 luma, rounded",
    distribution="pyiqa",
    source="Mittal 2012, the authors' LIVE model",
    min_side=64,
    files=("hub/pyiqa/brisque_svm_weights.pth",),
)


def score(image: np.ndarray, reference: np.ndarray | None, protocol: Protocol) -> float:
    """The reference is not used. Mostly 0 to 100, a little below 0 for very clean images."""
    CARD.check(image, reference, protocol)
    return pyiqa_bridge.score(CARD, image, None)
