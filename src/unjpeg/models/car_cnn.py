"""CAR-CNN: four convolutions that map a compressed gray image to a clean one.

shimrite/CompressionArtifactReductionCNN (2018). conv 9, 64 - conv 7, 32 - conv 1, 16 - conv 5, 1, ReLU
after each, the last one too; zero padding; 106,561 parameters; receptive field 19x19.

Where the defaults follow the published code: samples are 0..255 inside the network, and weights start
from a truncated normal with std sqrt(2 / (k k cin cout)), which divides by cout by mistake and is far
too small; biases start at 0.1. `init: he` (with samples 0..1), `output: linear` and `skip: true` (the
network predicts the difference from its input) mend what keeps it from learning.
"""

import math
from typing import Literal

import torch
from torch import nn

CARD = {
    "title": "CAR-CNN",
    "source": "github.com/shimrite/CompressionArtifactReductionCNN",
    "channels": (1,),
    "multiple": 1,
    "halo": 9,
    "task": "restore",
    "parameters": (({}, 106_561),),
}
TINY = {"widths": [8, 8, 4]}


class Model(nn.Module):
    """Float (B, 1, H, W) in [0, 1] -> the same."""

    def __init__(
        self,
        channels: int = 1,
        widths: list[int] = (64, 32, 16),
        init: Literal["paper", "he"] = "paper",
        output: Literal["relu", "linear"] = "relu",
        skip: bool = False,
    ):
        super().__init__()
        sizes = [channels, *widths, channels]
        self.layers = nn.ModuleList(
            nn.Conv2d(cin, cout, k, padding=k // 2) for cin, cout, k in zip(sizes, sizes[1:], (9, 7, 1, 5))
        )
        self.relu_output, self.skip = output == "relu", skip
        self.unit = 255.0 if init == "paper" else 1.0  # one level of the network's samples in [0, 1]
        for layer in self.layers:
            cout, cin, height, width = layer.weight.shape
            if init == "paper":
                std = math.sqrt(2 / (height * width * cin * cout))
                nn.init.trunc_normal_(layer.weight, 0, std, -2 * std, 2 * std)
                nn.init.constant_(layer.bias, 0.1)
            else:
                nn.init.kaiming_normal_(layer.weight)
                nn.init.zeros_(layer.bias)
        if skip:
            nn.init.zeros_(self.layers[-1].weight)  # the first output is the input

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x * self.unit
        for layer in self.layers[:-1]:
            y = torch.relu(layer(y))
        y = self.layers[-1](y)
        y = torch.relu(y) if self.relu_output else y
        return x + y / self.unit if self.skip else y / self.unit
