"""The convolutions of VGG-16 and VGG-19.

Simonyan, Zisserman, "Very deep convolutional networks for large-scale image recognition",
arxiv.org/abs/1409.1556.
"""

from pathlib import Path

import torch
from torch import nn

from unjpeg.layers.pretrained import Pretrained

STAGES = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}  # convolutions of each resolution


class Vgg(Pretrained):
    """Features after the ReLU of the last convolution of each of `stages`, counted from 1: (5,) is relu5_4
    of VGG-19."""

    def __init__(self, depth: int, path: Path | str, stages: tuple[int, ...]):
        layers, cin, taps = [], 3, {}
        with torch.device("meta"):
            for stage, count in enumerate(STAGES[depth][: max(stages)], 1):
                for _ in range(count):
                    cout = min(32 * 2**stage, 512)
                    layers += [nn.Conv2d(cin, cout, 3, padding=1), nn.ReLU()]
                    cin = cout
                if stage in stages:
                    taps[len(layers) - 1] = cin
                layers.append(nn.MaxPool2d(2))
        super().__init__(f"VGG-{depth}", nn.Sequential(*layers[:-1]), taps, 2 ** (max(stages) - 1), path)
