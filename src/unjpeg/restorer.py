"""Restoring one image in memory: any size, any colour, whole or in tiles."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from unjpeg import zoo
from unjpeg.errors import UserError
from unjpeg.images import rgb_to_ycbcr, to_float32, to_uint8, ycbcr_to_rgb
from unjpeg.inference import TILE, check_device, load_trained, run_whole, windows
from unjpeg.provenance import sha256_of


class Restorer:
    """A trained network and what it needs to be used; for gray images it may have another one."""

    def __init__(self, folder: Path | str, device: str = "cpu", alone: bool = False):
        """folder: a run's, with model.safetensors and card.json. alone: also for gray images."""
        self.folder, self.device = Path(folder), torch.device(check_device(device))
        self.card, about, self.model = load_trained(self.folder, self.device, "restore", "restores")
        self.model = self.model.to(memory_format=torch.channels_last)
        self.channels = self.card["channels"]
        self.multiple, self.halo = about["multiple"], about["halo"]
        gray = None if alone else self.card.get("gray")  # name of the model for gray images
        self.gray = Restorer(self._for_gray(gray), device, alone=True) if gray else None

    def _for_gray(self, name: str) -> Path:
        """Folder of the other model: beside this one, or the shipped one, whatever else has its name.

        Errors: `UserError` where neither is the one that this one was imported with into a study.
        """
        wanted = self.card.get("gray_sha256")
        for folder in (self.folder.resolve().parent / name, zoo.FOLDER / name):
            file = folder / zoo.FILES[0]
            if file.is_file() and (not wanted or sha256_of(file) == wanted):
                return folder
        if wanted:
            raise UserError(
                f"{self.folder}: goes with another {name} than {zoo.FOLDER / name}; import it again"
            )
        return zoo.find(name, "restore")

    def of(self, channels: int) -> "Restorer":
        """What restores images of so many channels: itself, or the other one that its card names for gray."""
        return self.gray if self.gray and channels == 1 else self

    def __call__(
        self, pixels: np.ndarray, tile: int = TILE, progress: Callable[[float], None] | None = None
    ) -> np.ndarray:
        """uint8 (H, W, 3 or 1) -> the same shape; progress is called with the share that is done.

        A luma network restores the luma (MATLAB's, which it was trained on) of a colour image and leaves
        its chroma; a colour network sees a gray image as three equal channels, and their mean is kept.
        Memory beside the two images is that of one tile, unless the network sees the whole image at once.
        """
        network, out, done = self.of(pixels.shape[2]), np.empty_like(pixels), 0
        for target, source, inner in windows(*pixels.shape[:2], network.multiple, network.halo, tile):
            out[target] = to_uint8(network._part(to_float32(pixels[source])))[inner]
            done += out[target].size
            if progress:
                progress(done / out.size)
        return out

    def _part(self, planes: np.ndarray) -> np.ndarray:
        """float (C, H, W) in [0, 1] -> the same, of any number of channels."""
        if self.channels == len(planes):
            return self.run(planes)
        if self.channels == 1:
            ycbcr = rgb_to_ycbcr(planes)
            ycbcr[:1] = self.run(ycbcr[:1].astype(np.float32))
            return ycbcr_to_rgb(ycbcr)
        return self.run(np.repeat(planes, 3, 0)).mean(0, keepdims=True)

    def run(self, planes: np.ndarray) -> np.ndarray:
        """float32 (C, H, W) in [0, 1] -> the same, clipped."""
        x = torch.from_numpy(planes)[None].to(self.device, memory_format=torch.channels_last)
        with torch.inference_mode():
            return run_whole(self.model, x, self.multiple)[0].clamp(0, 1).cpu().numpy()
