"""UnshuffleUNet: a U-Net of 3x3 convolutions at 1/2, 1/4 .., each adding to what came before. Ours.

Every 2x2 pixels become one position (pixel unshuffle), conv 3; a level is `depths[i]` of x + ReLU(conv 3) on
the way down and as many on the way up, the last level once; 2x2 convolutions of stride 2 down, conv 1 and
pixel shuffle up, added to what the way down had there; conv 3 and pixel shuffle back to the image. It
predicts the difference from its input and starts as the identity; the weights between start at a tenth of
He's, as those of `unshuffle_net`. The place in the 8x8 grid is given nowhere. Zero padding. Two levels of 64
and 128, depths 3 and 8: 1,482,060 parameters, 136,576 multiply-adds per pixel (DnCNN-3 665,000). Chosen by
experiments, docs/log.md.
"""

import torch
from torch import nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from unjpeg.errors import UserError

FARTHEST = 51  # pixels to each side that a network may see: the default one does

CARD = {
    "title": "UnshuffleUNet",
    "source": "unjpeg, docs/log.md",
    "channels": (1, 3),
    "multiple": 8,
    "halo": 51,
    "task": "restore",
    "grows": True,
    "parameters": (({}, 1_482_060), ({"channels": 1}, 1_472_836)),
}
TINY = {"widths": [4, 6], "depths": [1, 1]}
SMALL = 0.1  # of He's weights, for what is added to something


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1] -> the same."""

    def __init__(self, channels: int = 3, widths: list[int] = (64, 128), depths: list[int] = (3, 8)):
        super().__init__()
        if not 1 <= len(widths) == len(depths) <= 3 or sees(depths) > FARTHEST:
            raise UserError(
                f"settings: widths {list(widths)}, depths {list(depths)} of unshuffle_unet; allowed: as many "
                f"widths as depths, 1 to 3, and at most {FARTHEST} pixels that an output sees to each side"
            )
        levels = list(zip(widths, depths))
        steps = list(zip(widths[:-1], widths[1:]))
        self.head = _he(nn.Conv2d(4 * channels, widths[0], 3, padding=1))
        self.encoders = nn.ModuleList(_Level(width, depth) for width, depth in levels)
        self.down = nn.ModuleList(_he(nn.Conv2d(wide, deep, 2, stride=2)) for wide, deep in steps)
        self.up = nn.ModuleList(_he(nn.Conv2d(deep, 4 * wide, 1), SMALL) for wide, deep in steps)
        self.decoders = nn.ModuleList(_Level(width, depth) for width, depth in levels[:-1])
        self.tail = nn.Conv2d(widths[0], 4 * channels, 3, padding=1)
        nn.init.zeros_(self.tail.weight)  # the first output is the input
        nn.init.zeros_(self.tail.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.head(pixel_unshuffle(x, 2))  # (B, widths[0], H / 2, W / 2)
        beside = []
        for level, down in zip(self.encoders, self.down):
            beside.append(level(y))
            y = down(beside[-1])  # (B, next width, half of both sides)
        y = self.encoders[-1](y)
        for level, up in zip(reversed(self.decoders), reversed(self.up)):
            y = level(beside.pop() + pixel_shuffle(up(y), 2))
        return x + pixel_shuffle(self.tail(y), 2)


class _Level(nn.Sequential):
    """`depth` of x + ReLU(conv 3)."""

    def __init__(self, width: int, depth: int):
        super().__init__(*(_he(nn.Conv2d(width, width, 3, padding=1), SMALL) for _ in range(depth)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self:
            x = x + torch.relu(layer(x))
        return x


def sees(depths: list[int]) -> int:
    """Pixels to each side that an output may depend on."""
    convolutions = [2 * depth for depth in depths[:-1]] + [depths[-1]]
    convolutions[0] += 2  # head and tail
    return sum(2 ** (level + 1) * count for level, count in enumerate(convolutions)) + 2 ** len(depths) - 1


def _he(layer: nn.Conv2d, factor: float = 1.0) -> nn.Conv2d:
    nn.init.kaiming_normal_(layer.weight)
    layer.weight.data *= factor
    nn.init.zeros_(layer.bias)
    return layer
