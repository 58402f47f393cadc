"""The convolutions of VGG-16 and VGG-19, with ImageNet's weights from a file, as a fixed measure.

Simonyan, Zisserman, "Very deep convolutional networks for large-scale image recognition",
arxiv.org/abs/1409.1556. The files are torchvision's; nothing is downloaded here.
"""

import pickle
from pathlib import Path

import torch
from torch import nn

from unjpeg.errors import UserError
from unjpeg.layers.imagenet import ImageNet

FILES = {16: "vgg16-397923af.pth", 19: "vgg19-dcbb9e9d.pth"}
STAGES = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}  # convolutions of each resolution


class Vgg(nn.Module):
    """Float (B, 3 or 1, H, W) in [0, 1] -> features after the ReLU of the last convolution of each of
    `stages` (counted from 1: (5,) is relu5_4 of VGG-19), in order."""

    def __init__(self, depth: int, path: Path | str, stages: tuple[int, ...]):
        """path: the file of `FILES`. `UserError` where it is missing or something else."""
        super().__init__()
        self.imagenet, layers, cin, self.taps = ImageNet(), [], 3, []
        for stage, count in enumerate(STAGES[depth][: max(stages)], 1):
            for _ in range(count):
                cout = min(32 * 2**stage, 512)
                layers += [nn.Conv2d(cin, cout, 3, padding=1), nn.ReLU()]
                cin = cout
            if stage in stages:
                self.taps.append(len(layers) - 1)
            layers.append(nn.MaxPool2d(2))
        self.layers = nn.Sequential(*layers[:-1])
        wanted = self.layers.state_dict(prefix="features.")
        read = read_tensors(path, f"torchvision's {FILES[depth]}, of download.pytorch.org/models")
        if any(k not in read or read[k].shape != v.shape for k, v in wanted.items()):
            raise UserError(f"{path}: not the weights of VGG-{depth}; want torchvision's {FILES[depth]}")
        self.layers.load_state_dict({k.removeprefix("features."): read[k] for k in wanted})
        self.requires_grad_(False).eval()

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        seen, y = [], self.imagenet(x.expand(-1, 3, -1, -1))
        for i, layer in enumerate(self.layers):
            y = layer(y)
            if i in self.taps:
                seen.append(y)
        return seen


def read_tensors(path: Path | str, what: str) -> dict[str, torch.Tensor]:
    """A file of torch.save; `UserError` with `what` it should be where it is missing or unreadable."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; want {what}") from None
    except (EOFError, OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        why = " ".join(str(error).split())[:80]
        raise UserError(f"{path}: cannot be read ({why}); want {what}") from None
