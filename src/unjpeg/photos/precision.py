"""A network in bfloat16, where the processor multiplies such numbers itself and pictures come out the same.

Convolutions are then several times as fast (docs/speed.md). A network that adds to its input is off by a
tenth of a level, thousandths of a decibel; one that makes the picture itself by more, and in steps that flat
areas show. So the network is asked: `faithful`. Studies and `unjpeg evaluate` are always in float32.
"""

import copy

import numpy as np
import torch
from torch import nn

from unjpeg.bfloat16 import native
from unjpeg.degradation import Compress
from unjpeg.errors import UserError
from unjpeg.images import read_uint8, to_float32
from unjpeg.jpeg import encode
from unjpeg.restorer import Restorer

PRECISIONS = ("auto", "float32", "bfloat16")
SIDE, QUALITY = 96, 10  # of the picture that a network is asked with
MEAN, MOST = 0.15, 2.0  # difference from float32 in levels of 8 bits


def in_precision(restorer: Restorer, precision: str = "auto") -> Restorer:
    """The same restorer, its network in one of `PRECISIONS`. auto: bfloat16 where it is `native` and
    `faithful`. Errors: `UserError` for another name."""
    if precision not in PRECISIONS:
        raise UserError(f"precision {precision!r}; allowed: {', '.join(PRECISIONS)}")
    if restorer.gray and (gray := in_precision(restorer.gray, precision)) is not restorer.gray:
        restorer = copy.copy(restorer)
        restorer.gray = gray
    other = copy.copy(restorer)
    other.model = _Half(restorer.model)
    vars(other).pop("need", None)  # of memory (photos/memory.py)
    if precision == "bfloat16" or (
        precision == "auto" and native(restorer.device) and faithful(other, restorer)
    ):
        return other
    return restorer


def faithful(other: Restorer, restorer: Restorer) -> bool:
    """Whether both give one compressed picture nearly the same values, before they are rounded."""
    planes = to_float32(_picture())[: restorer.channels]
    off = np.abs(other.run(planes) - restorer.run(planes)) * 255
    return bool(off.mean() <= MEAN and off.max() <= MOST)


def _picture() -> np.ndarray:
    """uint8 (SIDE, SIDE, 3), the same on every machine: waves, edges and noise, compressed."""
    y, x = np.mgrid[:SIDE, :SIDE]
    noise = np.random.default_rng(0).integers(-16, 17, (SIDE, SIDE, 3))
    waves = 128 + 60 * np.sin(x * y / 300)[..., None] + 50 * (x > y)[..., None] + noise
    return read_uint8(encode(waves.clip(0, 255).astype(np.uint8), Compress(QUALITY, "420")))


class _Half(nn.Module):
    """Float32 (B, C, H, W) -> the same, convolutions in bfloat16."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor, *told: torch.Tensor) -> torch.Tensor:
        with torch.autocast(x.device.type, torch.bfloat16):
            return self.model(x, *told).float()
