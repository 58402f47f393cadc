"""LPIPS v0.1 on SqueezeNet 1.1: the metric of that name, as a loss. Its files are the smallest, 5 MB."""

from pathlib import Path

from torch import nn

from unjpeg.layers.lpips import Lpips
from unjpeg.layers.squeezenet import SqueezeNet

ENTRY = "lpips-squeeze"
FILES = ("hub/checkpoints/squeezenet1_1-b8a52dc0.pth", "hub/pyiqa/LPIPS_v0.1_squeeze-4a5350f2.pth")
SMALLEST = 17  # pixels a side


def make(folder: Path) -> nn.Module:
    return Lpips(SqueezeNet(folder / FILES[0]), folder / FILES[1])
