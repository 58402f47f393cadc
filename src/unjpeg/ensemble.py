"""Geometric self-ensemble: the mean of what a network makes of an image that is turned and flipped.

Timofte, Rothe, Van Gool, Seven ways to improve example-based single image super resolution, CVPR 2016; what a
"+" behind the name of a published network means. Each turn costs as much as the first.
"""

import copy
import math

import torch
from torch import nn

from unjpeg.errors import UserError
from unjpeg.restorer import Restorer

TIMES = (1, 2, 4, 8)
ORDER = (0, 2, 1, 3, 4, 5, 6, 7)  # quarter turns, from 4 on of the mirrored image


def allowed(times: int) -> int:
    """The same. Errors: `UserError` for what is none of `TIMES`."""
    if type(times) is not int or times not in TIMES:
        raise UserError(f"ensemble {times!r}; allowed: {', '.join(map(str, TIMES))} turns of the picture")
    return times


def ensembled(restorer: Restorer, times: int) -> Restorer:
    """The same restorer, its network used `times` times; the other one for gray too. Errors: of `allowed`."""
    if allowed(times) == 1:
        return restorer
    other = copy.copy(restorer)
    other.model = _Mean(restorer.model, ORDER[:times])
    other.multiple = math.lcm(8, restorer.multiple)  # a grid that is turned is still in its place
    other.gray = restorer.gray and ensembled(restorer.gray, times)
    vars(other).pop("need", None)  # of memory (photos/memory.py)
    return other


class _Mean(nn.Module):
    """Float (B, C, H, W) -> the same."""

    def __init__(self, model: nn.Module, turns: tuple[int, ...]):
        super().__init__()
        self.model, self.turns = model, turns

    def forward(self, x: torch.Tensor, *told: torch.Tensor) -> torch.Tensor:
        total = torch.zeros_like(x)
        for turn in self.turns:
            total += _back(self.model(_turned(x, turn), *told), turn)
        return total / len(self.turns)


def _turned(x: torch.Tensor, turn: int) -> torch.Tensor:
    x = torch.rot90(x.flip(3) if turn >= 4 else x, turn % 4, (2, 3))
    return x.contiguous(memory_format=torch.channels_last)


def _back(x: torch.Tensor, turn: int) -> torch.Tensor:
    x = torch.rot90(x, -(turn % 4), (2, 3))
    return x.flip(3) if turn >= 4 else x
