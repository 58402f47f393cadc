"""PSNR itself, negated: the mean over the images of a batch of 10 log10 of their mean squared error, in dB.

As PSNRLoss of NAFNet (Chen et al., ECCV 2022, arxiv.org/abs/2204.04676), but for its constant: an
image nearer than 40 dB, one that was never compressed above all, would outweigh all others without a floor.
"""

import torch

FLOOR = 1e-4  # added to the error: 40 dB


def loss(restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """Samples in [0, 1]; -40 dB at the least."""
    error = (restored - clean).square().mean((1, 2, 3))
    return 10 * torch.log10(error + FLOOR).mean()
