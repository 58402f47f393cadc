"""Charbonnier: the square root of squared error plus a constant, a smooth absolute error.

Charbonnier et al., ICIP 1994, doi.org/10.1109/ICIP.1994.413553; the constant 1e-3 as in LapSRN.
"""

import torch


def loss(restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """Mean over all samples, in units of the samples."""
    return torch.sqrt((restored - clean) ** 2 + 1e-6).mean()
