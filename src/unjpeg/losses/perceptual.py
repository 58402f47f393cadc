"""Distances of VGG features, for training. Not a `loss` by name: they need weight files.

`Vgg19`: mean absolute difference of relu5_4, the choice made here for deJPEG, whose own is not known.
`Lpips`: Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric",
arxiv.org/abs/1801.03924, version 0.1 on VGG-16, averaged over positions, as ARNet trains with. Samples
in [0, 1] are brought to ImageNet's statistics here, once (ARNet did it twice).
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import l1_loss, normalize

from unjpeg.errors import UserError
from unjpeg.layers.vgg import Vgg, read_tensors

HEADS = "LPIPS_v0.1_vgg-a78928a0.pth"


class Vgg19(nn.Module):
    """Restored and clean, float (B, 3 or 1, H, W) in [0, 1], sides of 16 or more -> a scalar."""

    def __init__(self, path: Path | str):
        """path: torchvision's vgg19 file. `UserError` where it is missing."""
        super().__init__()
        self.vgg = Vgg(19, path, (5,))

    def forward(self, restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            want = self.vgg(clean)[0]
        return l1_loss(self.vgg(restored)[0], want)


class Lpips(nn.Module):
    """Restored and clean, float (B, 3 or 1, H, W) in [0, 1], sides of 16 or more -> a scalar."""

    def __init__(self, path: Path | str, heads: Path | str):
        """path: torchvision's vgg16 file; heads: pyiqa's file of the five weightings of channels."""
        super().__init__()
        self.vgg = Vgg(16, path, (1, 2, 3, 4, 5))
        what = f"pyiqa's {HEADS}, of huggingface.co/chaofengc/IQA-PyTorch-Weights"
        read = read_tensors(heads, what)
        for i, channels in enumerate((64, 128, 256, 512, 512)):
            head = read.get(f"lin{i}.model.1.weight")
            if head is None or head.shape != (1, channels, 1, 1):
                raise UserError(f"{heads}: not the heads of LPIPS on VGG-16; want {what}")
            self.register_buffer(f"head{i}", head)

    def forward(self, restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            want = self.vgg(clean)
        total = 0.0
        for i, (x, y) in enumerate(zip(self.vgg(restored), want)):
            square = (normalize(x, eps=1e-10) - normalize(y, eps=1e-10)) ** 2
            total = total + (square * getattr(self, f"head{i}")).sum(1).mean()
        return total
