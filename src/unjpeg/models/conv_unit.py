"""ConvUnit: three units of convolutions with PReLU, then a 5x5 convolution.

TsengMJ/Image_Compressor (2019). Unit w: conv 3, w - conv m, w - PReLU - conv 3, w - PReLU; units of 128,
64, 32 channels; conv 1, 16 - PReLU - conv 5, 3. m = `middle` is 1 (313,066 parameters, receptive field
17, the network that was trained) or 3 (485,095, receptive field 23, the last code, whose units use one
PReLU twice). No activation between the first two convolutions of a unit.

Weights start from a normal of std 0.001 as published; `init: he` (gain 1 where no activation follows) and
`skip: true` (the network predicts the difference from its input) are ours and make it learn in minutes.
"""

from itertools import pairwise
from typing import Literal

import torch
from torch import nn

CARD = {
    "title": "ConvUnit",
    "source": "github.com/TsengMJ/Image_Compressor",
    "channels": (1, 3),
    "multiple": 1,
    "halo": 11,
    "task": "restore",
    "parameters": (({}, 313_066), ({"middle": 3}, 485_095)),
}
TINY = {"widths": [8, 8, 4]}


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1] -> the same."""

    def __init__(
        self,
        channels: int = 3,
        widths: list[int] = (128, 64, 32),
        middle: Literal[1, 3] = 1,
        init: Literal["paper", "he"] = "paper",
        skip: bool = False,
    ):
        super().__init__()
        layers, cin = [], channels
        for width in widths:
            first = nn.PReLU()
            layers += [
                nn.Conv2d(cin, width, 3, padding=1),
                nn.Conv2d(width, width, middle, padding=middle // 2),
                first,
                nn.Conv2d(width, width, 3, padding=1),
                first if middle == 3 else nn.PReLU(),
            ]
            cin = width
        layers += [nn.Conv2d(cin, 16, 1), nn.PReLU(), nn.Conv2d(16, channels, 5, padding=2)]
        self.layers, self.skip = nn.Sequential(*layers), skip
        for layer, after in pairwise([*self.layers, None]):
            if isinstance(layer, nn.Conv2d):
                if init == "paper":
                    nn.init.normal_(layer.weight, 0, 0.001)
                else:
                    slope = 0.25 if isinstance(after, nn.PReLU) else 1  # 1: nothing follows, the gain is 1
                    nn.init.kaiming_normal_(layer.weight, a=slope)
                    nn.init.zeros_(layer.bias)
        if skip:
            nn.init.zeros_(self.layers[-1].weight)  # the first output is the input

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.skip else self.layers(x)
