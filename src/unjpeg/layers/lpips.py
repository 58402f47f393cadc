"""LPIPS: squared differences of normalised features, weighted by channel, averaged over positions.

Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric",
arxiv.org/abs/1801.03924. Its scaling of [-1, 1] is ImageNet's of [0, 1].
"""

from pathlib import Path

import torch
from torch import nn

from unjpeg.errors import UserError
from unjpeg.layers.pretrained import Pretrained, read_tensors


class Lpips(nn.Module):
    """Two float (B, 3 or 1, H, W) in [0, 1] -> mean distance, a scalar, 0 for equal images.

    Only the first gets a gradient. Values of different features are not comparable.
    """

    def __init__(self, features: Pretrained, heads: Path | str):
        """heads: the file of version 0.1 with one weighting of channels per tap, of the authors or pyiqa."""
        super().__init__()
        self.features = features
        what = f"the heads of LPIPS 0.1 on {features.name}, of github.com/richzhang/PerceptualSimilarity"
        read = read_tensors(heads, what)
        for i, channels in enumerate(features.taps.values()):
            head = read.get(f"lin{i}.model.1.weight")
            if head is None or head.shape != (1, channels, 1, 1):
                raise UserError(f"{heads}: not the heads of LPIPS on {features.name}; want {what}")
            self.register_buffer(f"head{i}", head.float())

    def forward(self, restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            want = self.features(clean)
        total = 0.0
        for i, (x, y) in enumerate(zip(self.features(restored), want)):
            square = (_unit(x) - _unit(y)).square()
            total = total + (square * getattr(self, f"head{i}")).sum(1).mean()
        return total


def _unit(x: torch.Tensor) -> torch.Tensor:
    """Channels divided by their length, 0 where that is 0. Half the time of torch's `normalize`."""
    return x * x.square().sum(1, keepdim=True).clamp_min(1e-20).rsqrt()
