"""Batches as a function of the step: independent of workers, of resuming and of what came before."""

import numpy as np
import torch

from unjpeg.degradation import parse
from unjpeg.store.patches import Patches


class Batches:
    """Passes over the patches, each in an order of its own; no patch is left out or repeated in a pass."""

    def __init__(self, patches: Patches, batch: int, seed: int, rank: int = 0, world: int = 1):
        """rank, world: this process takes every `world`-th patch of a batch, from `rank` on."""
        self._patches, self._batch, self._seed = patches, batch, seed
        self._rank, self._world = rank, world
        self._epoch, self._order = -1, np.zeros(0, np.int64)

    def indices(self, step: int) -> np.ndarray:
        """Places of the patches of one step, (B,)."""
        count = len(self._patches)
        wanted = range(step * self._batch + self._rank, (step + 1) * self._batch, self._world)
        return np.array([self._ordered(i // count)[i % count] for i in wanted])

    def _ordered(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            generator = np.random.default_rng([self._seed, epoch])
            self._epoch, self._order = epoch, generator.permutation(len(self._patches))
        return self._order

    def read(self, step: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """(degraded, clean) of one step: float32 (B, C, P, P) in [0, 1] on `device`, channels last."""
        places = self.indices(step)
        return tuple(_floats(a[places], device) for a in (self._patches.degraded, self._patches.clean))

    def qualities(self, step: int, device: torch.device) -> torch.Tensor:
        """libjpeg quality of each patch's last compression, float32 (B, 1); 100 where there was none."""
        known = np.array([parse(text).quality or 100 for text in self._patches.degradations], np.float32)
        labels = self._patches.degradation[self.indices(step)]
        return torch.from_numpy(known[labels])[:, None].to(device)


def _floats(pixels: np.ndarray, device: torch.device) -> torch.Tensor:
    """uint8 (B, P, P, C) -> float32 (B, C, P, P) in [0, 1]; moved as bytes, a quarter of the traffic."""
    return torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).float() / 255
