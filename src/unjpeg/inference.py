"""A trained network, loaded from its folder, on images of any size: whole or in tiles."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.nn.functional import pad

from unjpeg import models
from unjpeg.card import read_card
from unjpeg.errors import UserError
from unjpeg.store.weights import read_weights

TILE = 512  # pixels; a multiple of 8, so that tiles lie on the JPEG grid


Window = tuple[slice, slice]


def windows(
    height: int, width: int, multiple: int, halo: int | None, tile: int
) -> Iterator[tuple[Window, Window, Window]]:
    """Tiles of an image: (place in the image, place with context, place of the tile in that).

    Cuts lie on the JPEG grid and on the network's own. A halo of None means that every output sees the whole
    image: it is never cut.
    """
    if halo is None or max(height, width) <= tile:
        whole = slice(0, height), slice(0, width)
        yield whole, whole, whole
        return
    grid = math.lcm(8, multiple)
    halo, tile = -(-halo // grid) * grid, -(-tile // grid) * grid
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            places = [_along(top, height, halo, tile), _along(left, width, halo, tile)]
            yield tuple(zip(*places))


def _along(start: int, size: int, halo: int, tile: int) -> tuple[slice, slice, slice]:
    """The three slices of a window along one side."""
    end, before = min(start + tile, size), max(0, start - halo)
    return slice(start, end), slice(before, min(end + halo, size)), slice(start - before, end - before)


def run_tiled(
    model: torch.nn.Module, x: torch.Tensor, multiple: int, halo: int | None, tile: int
) -> torch.Tensor:
    """`model` on (1, C, H, W) in `windows`."""
    out = torch.empty_like(x)
    for target, source, inner in windows(*x.shape[-2:], multiple, halo, tile):
        out[..., *target] = run_whole(model, x[..., *source], multiple)[..., *inner]
    return out


def run_whole(model: torch.nn.Module, x: torch.Tensor, multiple: int) -> torch.Tensor:
    """`model` on (1, C, H, W), padded by reflection to `multiple` for it."""
    height, width = x.shape[-2:]
    return model(_pad(x, -height % multiple, -width % multiple))[..., :height, :width]


def _pad(x: torch.Tensor, down: int, right: int) -> torch.Tensor:
    """Grow by reflection, in steps where the image is smaller than the padding."""
    while down or right:
        rows, columns = min(down, x.shape[-2] - 1), min(right, x.shape[-1] - 1)
        if rows == columns == 0:  # a side of one pixel has nothing to reflect
            return pad(x, (0, right, 0, down), "replicate")
        x = pad(x, (0, columns, 0, rows), "reflect")
        down, right = down - rows, right - columns
        if (down and x.shape[-2] == 1) or (right and x.shape[-1] == 1):
            return pad(x, (0, right, 0, down), "replicate")
    return x


def check_device(name: str) -> str:
    """The name: auto, cpu, cuda, cuda:1. `UserError` for another, and for cuda where torch finds none."""
    if not re.fullmatch("auto|cpu|cuda(:[0-9]+)?", name):
        raise UserError(f"device {name!r}; allowed: cpu, cuda")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise UserError(f"device {name}: torch finds no CUDA device here; allowed: cpu")
    return name


def load_trained(
    folder: Path, device: torch.device, task: str, does: str
) -> tuple[dict, dict, torch.nn.Module]:
    """(card of a run, CARD of its architecture, its network on the device in evaluation mode).

    `UserError` where the network is of another task than `task`; does: that task in a sentence.
    """
    card = read_card(folder)
    module = models.load(card["arch"])
    if (own := module.CARD["task"]) != task:
        raise UserError(f"{folder}: {card['arch']} is a {own}, it {does} nothing")
    model = module.Model(channels=card["channels"], **card["settings"])
    load_weights(model, folder / "model.safetensors")
    return card, module.CARD, model.eval().to(device)


def load_weights(model: torch.nn.Module, path: Path) -> None:
    """Fill `model` from a safetensors file; `UserError` where the tensors are another network's."""
    tensors, _ = read_weights(path)
    want = {k: tuple(v.shape) for k, v in model.state_dict().items()}
    have = {k: v.shape for k, v in tensors.items()}
    if want != have:
        wrong = sorted(k for k in {*want, *have} if want.get(k) != have.get(k))
        raise UserError(
            f"{path}: not weights of this network: {wrong[0]} is {have.get(wrong[0], 'missing')}, "
            f"want {want.get(wrong[0], 'nothing')} ({len(wrong)} tensors differ)"
        )
    model.load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()})
