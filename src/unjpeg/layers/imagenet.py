"""The statistics of ImageNet, in which pretrained networks want their samples."""

import torch
from torch import nn


class ImageNet(nn.Module):
    """Float (B, 3, H, W) in [0, 1] -> about -2.1..2.7; `undo` is the way back."""

    def __init__(self):
        super().__init__()
        mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean) / self.std

    def undo(self, x: torch.Tensor) -> torch.Tensor:
        """Back to [0, 1]."""
        return x * self.std + self.mean
