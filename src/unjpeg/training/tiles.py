"""A detector's tiles: balanced batches, how good it is on tiles of other images, and its temperature."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from unjpeg.store.features import Features
from unjpeg.training.modes import evaluating

AT_ONCE = 256


class Balanced:
    """Batches in which the classes take turns, and in each class its last qualities.

    Without the second, where one last quality has more double compressions than single ones in the data,
    a network would call it double for that reason alone.
    """

    def __init__(self, features: Features, batch: int, seed: int, rank: int = 0, world: int = 1):
        """rank, world: this process takes every `world`-th tile of a batch, from `rank` on."""
        self._features, self._batch, self._seed = features, batch, seed
        self._rank, self._world = rank, world
        kinds = np.stack([features.classes, features.qualities], 1)
        self._groups: list[list[np.ndarray]] = [
            [np.flatnonzero((kinds == kind).all(1)) for kind in np.unique(kinds[kinds[:, 0] == c], axis=0)]
            for c in np.unique(features.classes)
        ]
        self._orders: dict[tuple[int, int], tuple[int, np.ndarray]] = {}

    def indices(self, step: int) -> np.ndarray:
        """Places of the tiles of one step, (B,): a function of (seed, step)."""
        wanted = range(step * self._batch + self._rank, (step + 1) * self._batch, self._world)
        return np.array([self._place(*divmod(i, len(self._groups))) for i in wanted])

    def _place(self, count: int, group: int) -> int:
        """The tile of a class's turn number `count`: every quality passes over its tiles in an own order."""
        turn, quality = divmod(count, len(self._groups[group]))
        places = self._groups[group][quality]
        epoch, place = divmod(turn, len(places))
        key = group, quality
        if self._orders.get(key, (-1,))[0] != epoch:
            order = np.random.default_rng([self._seed, *key, epoch]).permutation(places)
            self._orders[key] = (epoch, order)
        return self._orders[key][1][place]

    def read(self, step: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Features float32 (B, 120, 65), classes and last qualities (0 for none) int64 (B,)."""
        places = self.indices(step)
        arrays = (self._features.features, self._features.classes, self._features.qualities)
        features, *labels = (torch.from_numpy(a[places]).to(device) for a in arrays)
        return features.float(), *(label.long() for label in labels)


class TileValidation:
    """Accuracy on the tiles of a file of features."""

    def __init__(self, features: Features):
        self._features, self.digest = features, features.digest

    def __call__(self, model: torch.nn.Module, device: torch.device) -> dict[str, float]:
        """`val_accuracy`: mean over classes of the mean over their degradations, 0..1; `val_loss` of classes;
        `val_quality`: mean absolute error of the last quality, where the network says it."""
        logits, classes = self.logits(model, device)
        right = (logits[:, :3].argmax(1) == classes).numpy()
        of_class = {}
        for index in np.unique(self._features.degradation):
            at = self._features.degradation == index
            of_class.setdefault(int(classes[at][0]), []).append(right[at].mean())
        accuracy = float(np.mean([np.mean(shares) for shares in of_class.values()]))
        scores = {"val_accuracy": accuracy, "val_loss": cross_entropy(logits[:, :3], classes).item()}
        known = torch.from_numpy(self._features.qualities > 0)
        if logits.shape[1] > 3 and known.any():
            likeliest = logits[known, 3:].argmax(1) + 1
            truth = torch.from_numpy(self._features.qualities)[known]
            scores["val_quality"] = (likeliest - truth).abs().float().mean().item()
        return scores

    def logits(self, model: torch.nn.Module, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, outputs) of all tiles, and their classes (N,), on the CPU."""
        found = []
        with evaluating(model), torch.inference_mode():
            for start in range(0, len(self._features), AT_ONCE):
                part = torch.from_numpy(self._features.features[start : start + AT_ONCE])
                found.append(model(part.float().to(device)).float().cpu())
        return torch.cat(found), torch.from_numpy(self._features.classes).long()


def temperature(logits: torch.Tensor, classes: torch.Tensor) -> float:
    """What the classes' logits are divided by so that their cross-entropy is least: 0.05 .. 20."""
    grid = torch.logspace(np.log10(0.05), np.log10(20), 400)
    losses = [cross_entropy(logits[:, :3] / t, classes).item() for t in grid]
    return float(grid[int(np.argmin(losses))])
