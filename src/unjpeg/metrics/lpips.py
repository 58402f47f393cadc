"""Distance of deep features, AlexNet backbone, by pyiqa.

Zhang, Isola, Efros, Shechtman, Wang: The unreasonable effectiveness of deep features as a perceptual
metric, CVPR 2018, version 0.1. Values of another backbone (VGG, SqueezeNet) are other numbers and must
not share a column.
"""

import numpy as np

from unjpeg.metrics import pyiqa_bridge
from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol

CARD = Card(
    name="lpips",
    title="LPIPS-Alex",
    better="lower",
    range=(0.0, float("inf")),
    unit="",
    reference=True,
    color="RGB in [-1, 1]; one channel repeated three times, luma 16..235 as it is",
    distribution="pyiqa",
    source="Zhang 2018, version 0.1, AlexNet",
    min_side=31,
    files=("hub/checkpoints/alexnet-owt-7be5be79.pth", "hub/pyiqa/LPIPS_v0.1_alex-df73285e.pth"),
)


def score(image: np.ndarray, reference: np.ndarray, protocol: Protocol) -> float:
    """0 for equal images; usually below 1."""
    CARD.check(image, reference, protocol)
    if image.shape[2] == 1:
        image, reference = np.repeat(image, 3, axis=2), np.repeat(reference, 3, axis=2)
    return pyiqa_bridge.score(CARD, image, reference)
