"""LPIPS v0.1 on VGG-16, as ARNet trains with. ARNet brought samples to ImageNet's statistics twice."""

from pathlib import Path

from torch import nn

from unjpeg.layers.lpips import Lpips
from unjpeg.layers.vgg import Vgg

ENTRY = "lpips-vgg"
FILES = ("hub/checkpoints/vgg16-397923af.pth", "hub/pyiqa/LPIPS_v0.1_vgg-a78928a0.pth")
SMALLEST = 16  # pixels a side


def make(folder: Path) -> nn.Module:
    return Lpips(Vgg(16, folder / FILES[0], (1, 2, 3, 4, 5)), folder / FILES[1])
