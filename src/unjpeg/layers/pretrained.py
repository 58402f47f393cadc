"""A fixed stack of layers with ImageNet's weights from a file of torchvision, as a measure of images.

Nothing is downloaded here, and no random number is drawn: the layers are made without storage.
"""

from pathlib import Path

import torch
from torch import nn

from unjpeg.errors import UserError
from unjpeg.layers.imagenet import ImageNet


class Pretrained(nn.Module):
    """Float (B, 3 or 1, H, W) in [0, 1] -> what stands after each layer of `taps`, in order.

    In float32 under any autocast. `UserError` for sides below `smallest` pixels.
    """

    def __init__(
        self, name: str, layers: nn.Sequential, taps: dict[int, int], smallest: int, path: Path | str
    ):
        """layers: made on the device `meta`. taps: number of a layer -> its channels. path: the file, whose
        tensors `features.*` are taken; `UserError` where it is missing or something else."""
        super().__init__()
        self.name, self.taps, self.smallest = name, taps, smallest
        self.imagenet, self.layers = ImageNet(), layers
        what = f"torchvision's weights of {name}, of download.pytorch.org/models"
        read = read_tensors(path, what)
        wanted = layers.state_dict(prefix="features.")
        if any(k not in read or read[k].shape != v.shape for k, v in wanted.items()):
            raise UserError(f"{path}: not the weights of {name}; want {what}")
        state = {k.removeprefix("features."): read[k].float() for k in wanted}
        layers.load_state_dict(state, assign=True)
        self.requires_grad_(False).eval()

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        if min(x.shape[-2:]) < self.smallest:
            size = f"{x.shape[-1]}x{x.shape[-2]}"
            raise UserError(f"{self.name}: images of {size}; want {self.smallest} pixels a side or more")
        with torch.autocast(x.device.type, enabled=False):
            seen, y = [], self.imagenet(x.float().expand(-1, 3, -1, -1))
            for i, layer in enumerate(self.layers):
                y = layer(y)
                if i in self.taps:
                    seen.append(y)
        return seen


def read_tensors(path: Path | str, what: str) -> dict[str, torch.Tensor]:
    """Tensors by name of a file of torch.save; `UserError` with `what` it should be where it is not."""
    try:
        read = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; want {what}") from None
    except Exception as error:  # a damaged file makes torch.load raise anything, AssertionError too
        why = " ".join(str(error).split())[:80] or type(error).__name__
        raise UserError(f"{path}: cannot be read ({why}); want {what}") from None
    if not isinstance(read, dict):
        raise UserError(f"{path}: holds no tensors by name; want {what}")
    return {k: v for k, v in read.items() if isinstance(v, torch.Tensor)}
