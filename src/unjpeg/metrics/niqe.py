"""Naturalness without a reference: distance of local statistics from those of pristine photographs.

Mittal, Soundararajan, Bovik: Making a "completely blind" image quality analyzer, IEEE SPL 20(3), 2013,
by pyiqa with the authors' parameters. It is no fidelity: at quality 40 the JPEG itself beats its own
original and every network, so the original's value stands beside each.
"""

import numpy as np

from unjpeg.metrics import pyiqa_bridge
from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol

CARD = Card(
    name="niqe",
    title="NIQE",
    better="lower",
    range=(0.0, float("inf")),
    unit="",
    reference=False,
    color="one channel as it is, luma 16..235 too; RGB: full-range BT.601 luma, rounded",
    distribution="pyiqa",
    source="Mittal 2013, blocks of 96, the authors' parameters",
    min_side=192,
    files=("hub/pyiqa/niqe_modelparameters.mat",),
)


def score(image: np.ndarray, reference: np.ndarray | None, protocol: Protocol) -> float:
    """The reference is not used. nan for an image without texture.

    Below two blocks a side the covariance of the blocks is that of one row, or of one block.
    """
    CARD.check(image, reference, protocol)
    return pyiqa_bridge.score(CARD, image, None)
