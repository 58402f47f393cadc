"""BlockCNN: each 8x8 block of JPEG's grid is restored from itself and its eight neighbours.

Maleki, Nadalian, Derakhshani, Sadeghi, CVPR Workshops 2018, arxiv.org/abs/1805.11091, in the form for
artifact removal of OrenKohavi/DeepLearning-FinalProject; the paper's own code only has the form that
predicts a block from those decoded before it. A window of 24x24 goes in, convolutions without padding
shrink it to 8x8. LeakyReLU 0.1, no biases; B is a bottleneck: conv 1, conv 3, conv 1, plus its input.

small (399,424 parameters, what was trained): conv 3, 16 - B - conv 5, 32 - conv 5, 128 - B - conv 7, 16 -
conv 1, image - sigmoid. Batch norm after the three in the middle, none in B, whose slopes are 0.3.
full (10,521,344, too slow for its author): conv 3, 64 - 2 B - conv 5, 128 - B - conv 5, 256 - 2 B -
conv 5, 512 - B - conv 2, 256 - B - conv 2, 128 - B - conv 1, 64 - B - conv 1, image - sigmoid. Batch norm
before every LeakyReLU; in B that is the paper's order, where the port has batch norm after it.

An image is cut into overlapping windows, every window goes through alone, the blocks are put together: nine
times the work of one pass, but only the zero padding inside B, at the window's border, tells the network
where in its block a pixel lies. Where a window reaches over the image (or a training patch: prefer large
ones) it is black.

As published the network cannot win: it paints every pixel anew through a sigmoid, and the loss it reached,
0.00138, is worse than its input's 0.00115. `skip: true` lets it predict the difference from its input,
linearly; `position: true` gives it row and column in the window; `border: replicate` repeats the image's
edge; `init: he` replaces Glorot's weights. All four are ours.

The halo is 15: the first pixel of a block sees 8 pixels back and 15 ahead.
"""

from typing import Literal

import torch
from torch import nn
from torch.nn.functional import pad

CARD = {
    "title": "BlockCNN",
    "source": "arxiv.org/abs/1805.11091",
    "channels": (1, 3),
    "multiple": 8,
    "halo": 15,
    "task": "restore",
    "parameters": (({}, 399_424), ({"size": "full"}, 10_521_344)),
}
TINY = {"width": 2}
WINDOWS = 1024  # at once, outside of training: 1 GB for `full`
CACHED = 64  # the same on a CPU, whose cache then holds what a layer gives to the next


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1], sides multiples of 8 -> the same; without `skip` never outside."""

    def __init__(
        self,
        channels: int = 3,
        size: Literal["small", "full"] = "small",
        width: int | None = None,
        init: Literal["paper", "he"] = "paper",
        skip: bool = False,
        position: bool = False,
        border: Literal["black", "replicate"] = "black",
    ):
        """width: channels of the first convolution, which the others follow; 16 in small, 64 in full."""
        super().__init__()
        body, published = {"small": (_small, 16), "full": (_full, 64)}[size]
        width = width or published
        last = nn.Conv2d(width, channels, 1, bias=False)
        self.layers = nn.Sequential(*body(channels + 2 * position, width), last)
        self.skip, self.pad_mode = skip, {"black": "constant", "replicate": "replicate"}[border]
        ramp = torch.linspace(-1, 1, 24)
        grid = torch.stack(torch.meshgrid(ramp, ramp, indexing="ij")) if position else torch.zeros(0, 24, 24)
        self.register_buffer("position", grid, persistent=False)  # (2 or 0, 24, 24)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                if init == "paper":
                    nn.init.xavier_uniform_(module.weight)
                else:
                    nn.init.kaiming_normal_(module.weight, a=0.1)
        if skip:
            nn.init.zeros_(last.weight)  # the first output is the input

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        around = pad(x, (8, 8, 8, 8), self.pad_mode)
        windows = around.unfold(2, 24, 8).unfold(3, 24, 8)  # (B, C, rows, columns, 24, 24), a view
        # Batch norm takes the mean over all that it is given; ONNX has no such loop.
        if self.training or torch.compiler.is_exporting():
            y = self._blocks(windows)
        else:
            rows, columns = windows.shape[2:4]
            many = CACHED if x.device.type == "cpu" else WINDOWS
            step = max(1, many // (len(x) * columns))
            y = torch.cat([self._blocks(windows[:, :, i : i + step]) for i in range(0, rows, step)], 2)
        return x + y if self.skip else y

    def _blocks(self, windows: torch.Tensor) -> torch.Tensor:
        """(B, C, rows, columns, 24, 24) -> (B, C, 8 rows, 8 columns)."""
        batch, channels, rows, columns = windows.shape[:4]
        flat = windows.permute(0, 2, 3, 1, 4, 5).reshape(-1, channels, 24, 24)
        y = self.layers(torch.cat([flat, self.position.expand(flat.shape[0], -1, -1, -1)], 1))
        y = y if self.skip else torch.sigmoid(y)
        y = y.reshape(batch, rows, columns, channels, 8, 8).permute(0, 3, 1, 4, 2, 5)
        return y.reshape(batch, channels, 8 * rows, 8 * columns)


def _small(cin: int, width: int) -> list[nn.Module]:
    return [
        *_conv(cin, width, 3, norm=False),
        _Bottleneck(width, slope=0.3, norm=False),
        *_conv(width, 2 * width, 5),
        *_conv(2 * width, 8 * width, 5),
        _Bottleneck(8 * width, slope=0.3, norm=False),
        *_conv(8 * width, width, 7),
    ]


def _full(cin: int, width: int) -> list[nn.Module]:
    layers = []
    for factor, kernel, bottlenecks in (
        (1, 3, 2),
        (2, 5, 1),
        (4, 5, 2),
        (8, 5, 1),
        (4, 2, 1),
        (2, 2, 1),
        (1, 1, 1),
    ):
        cout = factor * width
        layers += [*_conv(cin, cout, kernel), *(_Bottleneck(cout) for _ in range(bottlenecks))]
        cin = cout
    return layers


def _conv(
    cin: int, cout: int, kernel: int, padding: int = 0, slope: float = 0.1, norm: bool = True
) -> list[nn.Module]:
    conv = nn.Conv2d(cin, cout, kernel, padding=padding, bias=False)
    return [conv, *([nn.BatchNorm2d(cout, eps=1e-3, momentum=0.01)] if norm else []), nn.LeakyReLU(slope)]


class _Bottleneck(nn.Module):
    def __init__(self, width: int, slope: float = 0.1, norm: bool = True):
        super().__init__()
        body = [layer for k in (1, 3, 1) for layer in _conv(width, width, k, k // 2, slope, norm)]
        self.body = nn.Sequential(*(body[:-1] if norm else body))
        self.out = nn.LeakyReLU(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(x + self.body(x))
