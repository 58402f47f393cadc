"""AR-CNN: feature extraction, enhancement, mapping, reconstruction.

Dong, Deng, Loy, Tang, "Compression Artifacts Reduction by a Deep Convolutional Network", ICCV 2015,
arxiv.org/abs/1504.06993. conv 9, 64 - conv 7, 32 - conv 1, 16 - conv 5, 1, ReLU between; 106,561
parameters; receptive field 19x19; the field's first baseline.

Where we differ: the paper trains on valid convolutions and its test code replicates the border; here
every layer replicates it, which gives the same inside. `init: he` and `skip: true` are not the paper's
(it starts from a normal of std 0.001 and predicts the image itself, over 10^7 steps).
"""

from typing import Literal

import torch
from torch import nn

CARD = {
    "title": "AR-CNN",
    "source": "arxiv.org/abs/1504.06993",
    "channels": (1, 3),
    "multiple": 1,
    "halo": 9,
    "task": "restore",
    "parameters": (({"channels": 1}, 106_561),),
}
TINY = {"widths": [8, 8, 4]}


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1] -> the same."""

    def __init__(
        self,
        channels: int = 1,
        widths: list[int] = (64, 32, 16),
        init: Literal["paper", "he"] = "paper",
        skip: bool = False,
    ):
        super().__init__()
        sizes = [channels, *widths, channels]
        self.layers = nn.ModuleList(
            nn.Conv2d(cin, cout, k, padding=k // 2, padding_mode="replicate")
            for cin, cout, k in zip(sizes, sizes[1:], (9, 7, 1, 5))
        )
        self.skip = skip
        for layer in self.layers:
            nn.init.zeros_(layer.bias)
            if init == "paper":
                nn.init.normal_(layer.weight, 0, 0.001)
            else:
                nn.init.kaiming_normal_(layer.weight)
        if skip:
            nn.init.zeros_(self.layers[-1].weight)  # the first output is the input

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for layer in self.layers[:-1]:
            y = torch.relu(layer(y))
        y = self.layers[-1](y)
        return x + y if self.skip else y
