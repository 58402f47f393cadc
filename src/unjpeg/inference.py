"""Restoring one image in memory with one network: any size, any colour, whole or in tiles."""

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import pad

from unjpeg import models
from unjpeg.errors import UserError
from unjpeg.images import rgb_to_ycbcr, to_float32, to_uint8, ycbcr_to_rgb
from unjpeg.store.weights import read_weights

TILE = 512  # pixels; a multiple of 8, so that tiles lie on the JPEG grid


class Restorer:
    """A trained network and what it needs to be used."""

    def __init__(self, folder: Path | str, device: str = "cpu"):
        """folder: a run's, with model.safetensors and card.json."""
        self.folder, self.device = Path(folder), torch.device(check_device(device))
        self.card, about, self.model = load_trained(self.folder, self.device, "restore", "restores")
        self.channels = self.card["channels"]
        self.multiple, self.halo = about["multiple"], about["halo"]

    def __call__(self, pixels: np.ndarray, tile: int = TILE) -> np.ndarray:
        """uint8 (H, W, 3 or 1) -> the same shape.

        A luma network restores the luma (MATLAB's, which it was trained on) of a colour image and leaves
        its chroma; a colour network sees a gray image as three equal channels, and their mean is kept.
        """
        planes = to_float32(pixels)
        if self.channels == len(planes):
            return to_uint8(self._run(planes, tile))
        if self.channels == 1:
            ycbcr = rgb_to_ycbcr(planes)
            ycbcr[:1] = self._run(ycbcr[:1].astype(np.float32), tile)
            return to_uint8(ycbcr_to_rgb(ycbcr))
        return to_uint8(self._run(np.repeat(planes, 3, 0), tile).mean(0, keepdims=True))

    def _run(self, planes: np.ndarray, tile: int) -> np.ndarray:
        """float32 (C, H, W) in [0, 1] -> the same, clipped."""
        x = torch.from_numpy(planes)[None].to(self.device)
        with torch.inference_mode():
            return run_tiled(self.model, x, self.multiple, self.halo, tile)[0].clamp(0, 1).cpu().numpy()


def run_tiled(
    model: torch.nn.Module, x: torch.Tensor, multiple: int, halo: int | None, tile: int
) -> torch.Tensor:
    """`model` on (1, C, H, W): padded by reflection to `multiple`, in tiles with `halo` pixels of context.

    A halo of None means that every output sees the whole image: it is never cut.
    """
    height, width = x.shape[-2:]
    x = _pad(x, -height % multiple, -width % multiple)
    if halo is None or max(x.shape[-2:]) <= tile:
        return model(x)[..., :height, :width]
    grid = math.lcm(8, multiple)  # cuts on the grid keep the JPEG phase and the network's own
    halo, tile = -(-halo // grid) * grid, -(-tile // grid) * grid
    out = torch.empty_like(x)
    for top in range(0, x.shape[-2], tile):
        for left in range(0, x.shape[-1], tile):
            y0, x0 = max(0, top - halo), max(0, left - halo)
            part = model(x[..., y0 : top + tile + halo, x0 : left + tile + halo])
            out[..., top : top + tile, left : left + tile] = part[
                ..., top - y0 : top - y0 + tile, left - x0 : left - x0 + tile
            ]
    return out[..., :height, :width]


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
    """The name; `UserError` for cuda where torch finds no such device."""
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda: torch finds no CUDA device here; allowed: cpu")
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


def read_card(folder: Path) -> dict:
    """The card.json of a run."""
    try:
        return json.loads((folder / "card.json").read_text("utf-8"))
    except FileNotFoundError:
        raise UserError(f"{folder}: no card.json: not the folder of a trained model") from None
    except ValueError as error:
        raise UserError(f"{folder / 'card.json'}: not JSON ({error})") from None
