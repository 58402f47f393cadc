"""How good a network is on whole images that it was not trained on."""

import numpy as np
import torch

from unjpeg.images import to_float32, to_uint8
from unjpeg.inference import TILE, run_tiled
from unjpeg.metrics.psnr import decibels, squared_error
from unjpeg.store.encoded import Encoded
from unjpeg.training.modes import evaluating


class Validation:
    """Whole image pairs, kept in memory as uint8."""

    def __init__(self, path: str, card: dict):
        """card: the architecture's CARD."""
        with Encoded(path) as pairs:
            self._pairs = [(pairs.read(n, "degraded"), pairs.read(n, "clean")) for n in pairs.names]
            self.digest = str(pairs.attrs["digest"])
        self._card = card
        self.baseline = float(np.mean([_psnr(*pair) for pair in self._pairs]))  # dB, of the degraded images

    def __call__(self, model: torch.nn.Module, device: torch.device) -> dict[str, float]:
        """Means over the images, in dB, after rounding to uint8: `val_psnr`, and its gain `val_gain`."""
        with evaluating(model), torch.inference_mode():
            scores = [_psnr(self._restore(model, degraded, device), clean) for degraded, clean in self._pairs]
        score = float(np.mean(scores))
        return {"val_psnr": score, "val_gain": score - self.baseline}

    def _restore(self, model: torch.nn.Module, degraded: np.ndarray, device: torch.device) -> np.ndarray:
        x = torch.from_numpy(to_float32(degraded))[None].to(device)
        y = run_tiled(model, x, self._card["multiple"], self._card["halo"], TILE)[0]
        return to_uint8(y.float().cpu().numpy())


def _psnr(image: np.ndarray, clean: np.ndarray) -> float:
    return decibels(squared_error(image, clean))
