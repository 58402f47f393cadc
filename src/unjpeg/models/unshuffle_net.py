"""UnshuffleNet: 3x3 convolutions at half the resolution, each adding to what came before. Ours.

Every 2x2 pixels become one position (pixel unshuffle), conv 3, `width` - `depth` of (x + ReLU(conv 3)) - conv
3, and back (pixel shuffle). The network predicts the difference from its input and starts as the identity.
Depth 6: 235,468 parameters, 58,752 multiply-adds per pixel (AR-CNN in colour 117,600, ConvUnit 312,400),
gray 56,448; depth 10: 383,180 and 95,616. Chosen by experiments, docs/log.md.

The weights between start at a tenth of He's, or the sum of `depth` additions starts far larger than its
first term; in short trainings that mattered more than the structure. At half the resolution, not a
quarter, where sixteen pixels learn apart. The place in the 8x8 grid is given nowhere. Zero padding.
"""

import torch
from torch import nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from unjpeg.errors import UserError

DEEPEST = 10

CARD = {
    "title": "UnshuffleNet",
    "source": "unjpeg, docs/log.md",
    "channels": (1, 3),
    "multiple": 2,
    "halo": 25,  # 2 * depth + 5, of the deepest
    "task": "restore",
    "grows": True,
    "parameters": (
        ({}, 235_468),
        ({"channels": 1}, 226_244),
        ({"depth": 10}, 383_180),
    ),
}
TINY = {"width": 4, "depth": 3}


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1] -> the same."""

    def __init__(self, channels: int = 3, width: int = 64, depth: int = 6):
        super().__init__()
        if not 1 <= depth <= DEEPEST:
            raise UserError(f"settings: depth {depth} of unshuffle_net; allowed: 1 to {DEEPEST}")
        self.head = nn.Conv2d(4 * channels, width, 3, padding=1)
        self.body = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(depth))
        self.tail = nn.Conv2d(width, 4 * channels, 3, padding=1)
        for layer in (self.head, *self.body):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        for layer in self.body:
            layer.weight.data *= 0.1
        nn.init.zeros_(self.tail.weight)  # the first output is the input
        nn.init.zeros_(self.tail.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.head(pixel_unshuffle(x, 2))  # (B, width, H / 2, W / 2)
        for layer in self.body:
            y = y + torch.relu(layer(y))
        return x + pixel_shuffle(self.tail(y), 2)
