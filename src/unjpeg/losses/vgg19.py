"""Mean absolute difference of VGG-19's features after relu5_4, on samples in ImageNet's statistics.

The choice made here for deJPEG, whose own layer and norm are not known. Features: layers/vgg.py.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import l1_loss

from unjpeg.layers.vgg import Vgg

ENTRY = "vgg19"
FILES = ("hub/checkpoints/vgg19-dcbb9e9d.pth",)
SMALLEST = 16  # pixels a side


def make(folder: Path) -> nn.Module:
    return _Difference(Vgg(19, folder / FILES[0], (5,)))


class _Difference(nn.Module):
    """Restored and clean, float (B, 3 or 1, H, W) in [0, 1], sides of 16 or more -> a scalar."""

    def __init__(self, features: nn.Module):
        super().__init__()
        self.features = features

    def forward(self, restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            want = self.features(clean)[0]
        return l1_loss(self.features(restored)[0], want)
