"""deJPEG's generators: a U-Net of strided and transposed 4x4 convolutions with a tanh output.

calebtham/deJPEG (2023); the larger one after Zhao et al., EURASIP J. Image and Video Processing 2019:62.
Encoder: conv 3, stride 2, 64 - conv 4, stride 2, 128 - .. 256 (- .. 512), batch norm from the second on,
LeakyReLU 0.3. Decoder: transposed conv 4, stride 2 - batch norm - ReLU, joined with the encoder's level;
at last a transposed conv to the image and tanh. levels: 3 is G_small (1,450,819 parameters), 4 is G_Zhao
(6,170,947). `resize: true` doubles by repeating pixels and then convolves with stride 1, so that no output
pixel is favoured (1,450,816). Samples are -1..1 inside; weights start from a normal of std 0.02.

The published models: small-pregan and both Zhao ones are the defaults; small-postgan is {leaky: true,
dropout: 0.5}: LeakyReLU at the bottleneck too, dropout in the first unit upwards; small-resize is
{resize: true}.

Where we differ: the original calls its network in training mode, so that batch norm takes the statistics
of the one image and dropout stays on: another image at each call. Here the running statistics are used
and dropout is off: a fixed function with a finite view. `skip: true` (the network predicts the difference
from its input) is ours. Sides are multiples of 16, as the original pads, though G_small needs 8. The view
reaches 21 pixels in G_small, 27 with `resize`, 45 and 59 in G_Zhao; the card states the largest.
"""

from typing import Literal

import torch
from torch import nn

CARD = {
    "title": "deJPEG",
    "source": "github.com/calebtham/deJPEG",
    "channels": (1, 3),
    "multiple": 16,
    "halo": 59,
    "task": "restore",
    "parameters": (
        ({}, 1_450_819),
        ({"leaky": True, "dropout": 0.5}, 1_450_819),
        ({"resize": True}, 1_450_816),
        ({"levels": 4}, 6_170_947),
    ),
}
TINY = {"width": 4, "levels": 4, "resize": True}


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1] -> the same; without `skip` never outside."""

    def __init__(
        self,
        channels: int = 3,
        levels: Literal[3, 4] = 3,
        width: int = 64,
        resize: bool = False,
        leaky: bool = False,
        dropout: float = 0.0,
        skip: bool = False,
    ):
        super().__init__()
        widths = [width * 2**level for level in range(levels)]
        first = nn.Conv2d(channels, width, 3, stride=2, bias=False)
        self.down = nn.ModuleList([nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), first, nn.LeakyReLU(0.3))])
        for cin, cout in zip(widths, widths[1:]):
            conv = nn.Conv2d(cin, cout, 4, stride=2, padding=1, bias=False)
            self.down.append(nn.Sequential(conv, _norm(cout), nn.LeakyReLU(0.3)))
        if not leaky:
            self.down[-1][-1] = nn.ReLU()

        # Every level comes up with the width of the one before it, joined with that one's output.
        self.up, cin = nn.ModuleList(), widths[-1]
        for cout in reversed(widths[:-1]):
            drop = nn.Dropout(dropout if len(self.up) == 0 else 0.0)
            self.up.append(nn.Sequential(_up(cin, cout, resize), _norm(cout), drop, nn.ReLU()))
            cin = 2 * cout
        self.out = _up(cin, channels, resize, bias=not resize)
        self.skip = skip
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.normal_(module.weight, 0, 0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        if skip:  # the first output is the input
            for parameter in self.out.parameters():
                nn.init.zeros_(parameter)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y, levels = 2 * x - 1, []
        for down in self.down:
            y = down(y)
            levels.append(y)
        for up, level in zip(self.up, reversed(levels[:-1])):
            y = torch.cat([up(y), level], 1)
        y = torch.tanh(self.out(y)) / 2
        return x + y if self.skip else y + 0.5


def _norm(width: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(width, eps=1e-3, momentum=0.01)


def _up(cin: int, cout: int, resize: bool, bias: bool = False) -> nn.Module:
    """Twice the size."""
    if not resize:
        return nn.ConvTranspose2d(cin, cout, 4, stride=2, padding=1, bias=bias)
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.ConvTranspose2d(cin, cout, 4, bias=bias), _Same())


class _Same(nn.Module):
    """TensorFlow's `same` of a transposed 4x4 convolution with stride 1: three rows too many."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[..., 1:-2, 1:-2]
