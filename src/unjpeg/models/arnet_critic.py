"""ARNet's critic: strided convolutions with spectral norm and one self-attention.

mameli/Artifact_Removal_GAN (2020), after jantic/DeOldify and Zhang et al., "Self-attention generative
adversarial networks", arxiv.org/abs/1805.08318. conv 4, stride 2, 64 - then three times conv 3, as wide,
and conv 4, stride 2, twice as wide - conv 3, 512 - conv 4 to one logit, without padding; self-attention
at 128 channels; LeakyReLU 0.2; dropout of whole channels; no batch norm. 29x29 logits for 512x512
pixels. 5,919,617 parameters. It sees the candidate alone, in ImageNet's statistics, which are taken
inside.

The published run never got past chance (loss 0.69): train it to an accuracy before it judges.
"""

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from torch.nn.utils.parametrizations import spectral_norm

from unjpeg.layers.imagenet import ImageNet

CARD = {
    "title": "ARNet critic",
    "source": "github.com/mameli/Artifact_Removal_GAN",
    "channels": (3,),
    "multiple": 1,
    "halo": None,
    "task": "critic",
    "smallest": 64,
    "parameters": (({}, 5_919_617),),
}
TINY = {"width": 16}


class Model(nn.Module):
    """Candidate (and a degraded image, unused), float (B, 3, H, W) in [0, 1], sides of 64 or more -> logits
    (B, 1, h, w)."""

    def __init__(self, channels: int = 3, width: int = 64, dropout: float = 0.15):
        super().__init__()
        layers = [ImageNet(), *_conv(channels, width, 4, 2), nn.Dropout2d(dropout / 2)]
        for _ in range(3):
            layers += [*_conv(width, width, 3), nn.Dropout2d(dropout), *_conv(width, 2 * width, 4, 2)]
            width *= 2
            if len(layers) < 10:  # after the first doubling
                layers.append(_Attention(width))
        last = spectral_norm(nn.Conv2d(width, 1, 4, bias=False))
        self.layers = nn.Sequential(*layers, *_conv(width, width, 3), last)

    def forward(self, candidate: torch.Tensor, degraded: torch.Tensor | None = None) -> torch.Tensor:
        """Logits: above 0 says clean."""
        return self.layers(candidate)


def _conv(cin: int, cout: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(cin, cout, kernel, stride, padding=1)
    nn.init.kaiming_normal_(conv.weight)
    nn.init.zeros_(conv.bias)
    return [spectral_norm(conv), nn.LeakyReLU(0.2)]


class _Attention(nn.Module):
    """Every position looks at all others; the gain starts at 0, so that it starts as the identity."""

    def __init__(self, width: int):
        super().__init__()
        self.query, self.key = (spectral_norm(nn.Conv1d(width, width // 8, 1, bias=False)) for _ in "qk")
        self.value = spectral_norm(nn.Conv1d(width, width, 1, bias=False))
        self.gain = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        flat = x.flatten(2)
        query, key, value = (f(flat).transpose(1, 2) for f in (self.query, self.key, self.value))
        seen = scaled_dot_product_attention(query, key, value, scale=1.0)  # never the whole matrix
        return x + self.gain * seen.transpose(1, 2).view_as(x)
