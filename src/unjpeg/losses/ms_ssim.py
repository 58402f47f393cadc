"""One minus multi-scale SSIM: five scales, 11x11 Gaussian of std 1.5 without padding, 2x2 means between.

Wang, Simoncelli, Bovik, "Multi-scale structural similarity for image quality assessment", Asilomar 2003.
Each channel counts alike. A negative contrast term counts as 1e-4, where its power still has a gradient.
"""

import torch
from torch.nn.functional import avg_pool2d, conv2d

from unjpeg.errors import UserError

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW, STD = 11, 1.5
SMALLEST = 176  # pixels a side: WINDOW * 2**4, so that the window fits the last scale


def loss(restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """0 for equal images, at most 1. In float32 under any autocast. `UserError` below 176 pixels a side."""
    if min(clean.shape[-2:]) < SMALLEST:
        raise UserError(
            f"ms_ssim: patches of {clean.shape[-1]}x{clean.shape[-2]}; want {SMALLEST} pixels a side or more"
        )
    with torch.autocast(clean.device.type, enabled=False):
        x, y = restored.float(), clean.float()
        product = 1.0
        for scale, weight in enumerate(WEIGHTS):
            if scale:
                x, y = avg_pool2d(x, 2), avg_pool2d(y, 2)
            luminance, contrast = _terms(x, y)
            term = luminance * contrast if scale == len(WEIGHTS) - 1 else contrast
            product = product * term.mean((1, 2, 3)).clamp(min=1e-4) ** weight
        return 1 - product.mean()


def _terms(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps of the luminance term and of contrast times structure."""
    mean_x, mean_y = _blur(x), _blur(y)
    square_x, square_y, both = mean_x**2, mean_y**2, mean_x * mean_y
    variances = _blur(x * x) - square_x + _blur(y * y) - square_y
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * both + c1) / (square_x + square_y + c1)
    contrast = (2 * (_blur(x * y) - both) + c2) / (variances + c2)
    return luminance, contrast


def _blur(x: torch.Tensor) -> torch.Tensor:
    channels = x.shape[1]
    at = torch.arange(WINDOW, device=x.device) - WINDOW // 2
    line = torch.exp(-(at**2) / (2 * STD**2))
    line = (line / line.sum()).expand(channels, 1, 1, WINDOW)
    return conv2d(conv2d(x, line, groups=channels), line.transpose(2, 3), groups=channels)
