"""The convolutions of SqueezeNet 1.1, with the seven taps that LPIPS has.

Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size",
arxiv.org/abs/1602.07360; version 1.1 pools earlier. Pooling rounds sizes up.
"""

from pathlib import Path

import torch
from torch import nn

from unjpeg.layers.pretrained import Pretrained

FIRES = {3: 16, 4: 16, 6: 32, 7: 32, 9: 48, 10: 48, 11: 64, 12: 64}  # layer -> channels between
TAPS = {1: 64, 4: 128, 7: 256, 9: 384, 10: 384, 11: 512, 12: 512}


class SqueezeNet(Pretrained):
    def __init__(self, path: Path | str):
        layers, cin = [], 64
        with torch.device("meta"):
            layers += [nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(inplace=True)]
            for i in range(2, 13):
                if i in FIRES:
                    layers.append(Fire(cin, FIRES[i]))
                    cin = 8 * FIRES[i]
                else:
                    layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        super().__init__("SqueezeNet 1.1", nn.Sequential(*layers), TAPS, 17, path)


class Fire(nn.Module):
    """A 1x1 convolution to few channels; then a 1x1 and a 3x3 side by side, to four times as many each."""

    def __init__(self, cin: int, between: int):
        super().__init__()
        self.squeeze = nn.Conv2d(cin, between, 1)
        self.expand1x1 = nn.Conv2d(between, 4 * between, 1)
        self.expand3x3 = nn.Conv2d(between, 4 * between, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.squeeze(x).relu_()
        return torch.cat([self.expand1x1(x), self.expand3x3(x)], 1).relu_()
