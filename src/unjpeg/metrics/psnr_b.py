"""PSNR with the blocking effect factor (BEF) of the restored image added to its squared error.

Yim, Bovik: Quality assessment of deblocked images, IEEE TIP 20(1), 2011. The numbers of pairs are the
paper's H(W/8 - 1) and W(H/8 - 1), kept fractional where a side is no multiple of 8, which the
published rows of BSDS500 (481x321) need. For RGB, FBCNN's rule: the squared error of all samples, the
BEF of the rounded limited-range luma.
"""

import math

import numpy as np

from unjpeg.images import luma_uint8
from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol
from unjpeg.metrics.psnr import decibels, squared_error

BLOCK = 8

CARD = Card(
    name="psnr_b",
    title="PSNR-B",
    better="higher",
    range=(0.0, math.inf),
    unit="dB",
    reference=True,
    color="one channel as it is; RGB: squared error of all samples + BEF of limited-range luma (FBCNN's)",
    distribution="unjpeg",
    source="Yim & Bovik 2011, blocks of 8, in float, fractional pair counts",
    min_side=2 * BLOCK,
)


def score(image: np.ndarray, reference: np.ndarray, protocol: Protocol) -> float:
    """dB, never above PSNR. Not symmetric, and finite for equal images that are themselves blocky."""
    CARD.check(image, reference, protocol)
    return decibels(squared_error(image, reference) + blocking_effect(luma_uint8(image)[..., 0]))


def blocking_effect(plane: np.ndarray) -> float:
    """BEF of uint8 (H, W), in squared levels; 0 where block borders are no rougher than the rest."""
    height, width = plane.shape
    across, all_across = _steps(plane.T)
    down, all_down = _steps(plane)
    at_borders = height * (width / BLOCK - 1) + width * (height / BLOCK - 1)
    elsewhere = height * (width - 1) + width * (height - 1) - at_borders
    border = (across + down) / at_borders
    inside = (all_across + all_down - across - down) / elsewhere
    if border <= inside:
        return 0.0
    return math.log2(BLOCK) / math.log2(min(height, width)) * (border - inside)


def _steps(plane: np.ndarray) -> tuple[int, int]:
    """Sums of squared differences of neighbouring rows: over block borders, over all."""
    difference = np.subtract(plane[1:], plane[:-1], dtype=np.int32)
    sums = np.square(difference).sum(axis=1, dtype=np.int64)
    return int(sums[BLOCK - 1 :: BLOCK].sum()), int(sums.sum())
