"""ARNet: a wide U-Net decoder on a MobileNetV3, trained as a GAN by the NoGAN recipe.

mameli/Artifact_Removal_GAN (2020), after jantic/DeOldify; Mameli et al., ACM Multimedia 2020,
doi.org/10.1145/3394171.3414451. Encoder from timm, without weights of its own here: `large` is its
mobilenetv3_rw (39,240,666 parameters in all), `minimal` its small-minimal one with PyTorch's padding
(15,069,484). Two convolutions at 1/32, pixel shuffles with ICNR start and 2x2 blur upwards, the input
joined again at full size, a residual block, 3 channels through -3 + 6 sigmoid in ImageNet's statistics.
Convolutions of the decoder are spectral-normed; inside a unit: conv - ReLU - batch norm.

The published network joins one level of the encoder only, the stem at 1/2: its builder found no other.
From 1/16 to 1/2 it repeats pixels. That is the default here. `multiscale: true` joins 1/16, 1/8, 1/4 and
1/2. `skip: true` predicts the difference from the input instead of the sigmoid. `width` is the number of
channels on the way up; 256 costs 1.2 million products per pixel in the residual block alone.

Where we differ: sides are padded to multiples of 32 (the original resamples the image to even sides).
Needs timm (tried: 1.0.31). Every output of `large` sees the whole image through the encoder's means, of
`minimal` hundreds of pixels, so images are never cut: 1.1 kB of memory per pixel and layer at full size.
"""

from pathlib import Path
from typing import Literal

import torch
from torch import nn
from torch.nn.functional import interpolate
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from unjpeg.errors import UserError, unknown
from unjpeg.layers.imagenet import ImageNet
from unjpeg.layers.pretrained import read_tensors

CARD = {
    "title": "ARNet",
    "source": "github.com/mameli/Artifact_Removal_GAN",
    "channels": (3,),
    "multiple": 32,
    "halo": None,
    "task": "restore",
    "parameters": (({}, 39_240_666), ({"encoder": "minimal"}, 15_069_484)),
}
ENTRY = "mobilenetv3-rw"
FILES = ("hub/timm/mobilenetv3_100-35495452.pth",)
TINY = {"encoder": "minimal", "width": 8, "multiscale": True}

# timm's name and options; its blocks after which a resolution ends, with channels: 1/4, 1/8, 1/16, 1/32.
ENCODERS = {
    "large": ("mobilenetv3_rw", {"bn_eps": 1e-3}, {1: 24, 2: 40, 4: 112, 6: 960}),
    "minimal": (
        "tf_mobilenetv3_small_minimal_100",
        {"pad_type": "", "bn_eps": 1e-5},
        {0: 16, 1: 24, 3: 48, 5: 576},
    ),
}


class Model(nn.Module):
    """Float (B, 3, H, W) in [0, 1] -> the same; the published form gives about -0.2..1.2."""

    def __init__(
        self,
        channels: int = 3,
        encoder: Literal["large", "minimal"] = "large",
        width: int = 256,
        multiscale: bool = False,
        skip: bool = False,
    ):
        super().__init__()
        self.imagenet, self.skip = ImageNet(), skip
        self.stem, self.blocks, self.ends = _encoder(encoder)
        *inner, deepest = self.ends.values()
        self.joined = [*inner[::-1], 16] if multiscale else [16]
        self.middle = nn.Sequential(
            nn.BatchNorm2d(deepest), nn.ReLU(), _unit(deepest, 2 * deepest), _unit(2 * deepest, deepest)
        )
        sizes = [deepest] + [width] * len(self.joined)
        self.up = nn.ModuleList(_Join(c, s, width) for c, s in zip(sizes, self.joined))
        last = _conv(width, 4 * width, 1)
        _icnr(last)
        self.last_up = nn.Sequential(weight_norm(last), nn.ReLU(), *_shuffle())
        both = width + channels
        self.residual = nn.Sequential(
            *(f for _ in range(2) for f in (spectral_norm(_conv(both, both, 3)), nn.ReLU()))
        )
        head = _conv(both, channels, 1)
        if skip:  # the first output is the input; a zero weight has no spectral norm
            nn.init.zeros_(head.weight)
        self.head = head if skip else spectral_norm(head)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inside = self.imagenet(x)
        y = self.stem(inside)
        levels = [y]
        for i, block in enumerate(self.blocks):
            y = block(y)
            if i in self.ends:
                levels.insert(0, y)
        y = self.middle(levels.pop(0))
        for up, level in zip(self.up, levels[-len(self.up) :]):
            y = up(y, level)
        y = torch.cat([self.last_up(y), inside], 1)
        y = self.head(y + self.residual(y))
        return x + y if self.skip else self.imagenet.undo(6 * torch.sigmoid(y) - 3)


class _Join(nn.Module):
    """Twice the size, on to the level's size by repeating pixels, joined with the level."""

    def __init__(self, cin: int, level: int, width: int):
        super().__init__()
        conv = _conv(cin, 4 * width, 1, bias=False)
        _icnr(conv)
        self.up = nn.Sequential(spectral_norm(conv), nn.BatchNorm2d(4 * width), nn.ReLU(), *_shuffle())
        self.norm = nn.BatchNorm2d(level)
        self.unit = nn.Sequential(nn.ReLU(), _unit(width + level, width))

    def forward(self, x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        y = self.up(x)
        if y.shape[-2:] != level.shape[-2:]:
            y = interpolate(y, level.shape[-2:])
        return self.unit(torch.cat([y, self.norm(level)], 1))


def _conv(cin: int, cout: int, kernel: int, bias: bool = True) -> nn.Conv2d:
    conv = nn.Conv2d(cin, cout, kernel, padding=kernel // 2, bias=bias)
    nn.init.kaiming_normal_(conv.weight)
    if bias:
        nn.init.zeros_(conv.bias)
    return conv


def _unit(cin: int, cout: int) -> nn.Sequential:
    return nn.Sequential(spectral_norm(_conv(cin, cout, 3, bias=False)), nn.ReLU(), nn.BatchNorm2d(cout))


def _icnr(conv: nn.Conv2d) -> None:
    """Start with the four pixels of a shuffle equal (arxiv.org/abs/1707.02937)."""
    conv.weight.data = conv.weight.data[::4].repeat_interleave(4, 0)


def _shuffle() -> list[nn.Module]:
    return [nn.PixelShuffle(2), nn.ReplicationPad2d((1, 0, 1, 0)), nn.AvgPool2d(2, stride=1)]


def pretrain(model: Model, folder: Path) -> None:
    """ImageNet's weights into the encoder `large`; none were ever published for the original's `minimal`."""
    what = "timm's weights of mobilenetv3_rw, of github.com/rwightman/pytorch-image-models"
    path = folder / FILES[0]
    read = read_tensors(path, what)
    ours = {"conv_stem": "stem.0", "bn1": "stem.1", "blocks": "blocks"}
    parts = {k: k.partition(".") for k in read}
    have = {f"{ours[a]}.{b}": read[k] for k, (a, _, b) in parts.items() if a in ours}
    wanted = {k: v for k, v in model.state_dict().items() if k.startswith(("stem.", "blocks."))}
    if any(k not in have or have[k].shape != v.shape for k, v in wanted.items()):
        raise UserError(f"{path}: does not fit the encoder; want {what}, and the setting encoder: large")
    model.load_state_dict({k: have[k] for k in wanted}, strict=False)


def _encoder(name: str) -> tuple[nn.Module, nn.Sequential, dict[int, int]]:
    """Stem, blocks and the ends of the resolutions. timm imports torchvision."""
    if name not in ENCODERS:
        raise unknown("encoder", name, ENCODERS, "settings")
    from unjpeg import torchvision_shim

    torchvision_shim.ensure()
    import timm

    timm_name, options, ends = ENCODERS[name]
    whole = timm.create_model(timm_name, pretrained=False, **options)
    return nn.Sequential(whole.conv_stem, whole.bn1), whole.blocks, ends
