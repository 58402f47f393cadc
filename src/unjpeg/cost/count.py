"""Multiply-adds of a network, counted while it runs without numbers (torch's `meta` device)."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from unjpeg import models


def multiply_adds(arch: str, channels: int, settings: dict, side: int) -> float:
    """Per pixel of a square image: of convolutions and matrix products, padding included, and nothing else.

    The whole image at once: tiles, whose borders are computed twice, cost more.
    """
    with torch.device("meta"):
        network = models.load(arch).Model(channels=channels, **settings).eval()
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            network(torch.empty(1, channels, side, side))
    return counter.get_total_flops() / 2 / side**2  # it counts a multiplication and an addition as two
