"""DnCNN-3: twenty 3x3 convolutions that predict the artifacts, which are then taken off.

Zhang, Zuo, Chen, Meng, Zhang, "Beyond a Gaussian Denoiser", IEEE TIP 2017, arxiv.org/abs/1608.03981. conv 3,
64 - ReLU - 18 of (conv 3, 64 - batch norm - ReLU) - conv 3, image; output = input - network; zero padding;
receptive field 41x41. DnCNN-3 is one blind network for noise, upscaling and JPEG quality 5..99.

`norm: true` is the form that is trained (667,073 parameters), `norm: false` the form that the authors gave
out, every batch norm merged into its convolution (665,921 parameters; tests/models/test_published.py runs
their weights). That one has the keys of the KAIR toolbox (`model.0.weight` ..), so other loaders take it.
Weights start as in the authors' training code; the small scales of batch norm make that nearly the identity.
"""

import torch
from torch import nn

CARD = {
    "title": "DnCNN-3",
    "source": "arxiv.org/abs/1608.03981",
    "channels": (1, 3),
    "multiple": 1,
    "halo": 20,
    "task": "restore",
    "parameters": (({}, 667_073), ({"norm": False}, 665_921)),
}
TINY = {"depth": 5, "width": 8}


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1] -> the same."""

    def __init__(self, channels: int = 1, depth: int = 20, width: int = 64, norm: bool = True):
        super().__init__()
        layers, std = [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()], (2 / (9 * width)) ** 0.5
        for _ in range(depth - 2):
            layers.append(nn.Conv2d(width, width, 3, padding=1, bias=not norm))
            layers += [nn.BatchNorm2d(width), nn.ReLU()] if norm else [nn.ReLU()]
        layers.append(nn.Conv2d(width, channels, 3, padding=1))
        self.model = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d | nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 0, std)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
            if isinstance(layer, nn.BatchNorm2d):  # no scale may start at nothing
                scale = layer.weight.data
                layer.weight.data = scale.abs().clamp(min=0.025).copysign(scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - self.model(x)
