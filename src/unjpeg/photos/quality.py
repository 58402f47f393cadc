"""Networks that are told a JPEG quality (FBCNN), and which one they are told."""

import copy
import inspect

import torch
from torch import nn

from unjpeg import models
from unjpeg.detection import Detection
from unjpeg.errors import UserError
from unjpeg.jpegfacts import Facts
from unjpeg.restorer import Restorer


def takes_quality(card: dict) -> bool:
    """Whether a network was trained to take one. Trained as any other, its own number is no quality."""
    given = inspect.signature(models.load(card["arch"]).Model.forward).parameters
    return "quality" in given and card.get("recipe", "quality") == "quality"


def quality_for(
    restorer: Restorer, asked: float | None, said: Facts | None, seen: Detection | None
) -> float | None:
    """1..100: the user's, else that of the file's tables, else the detector's estimate.

    None leaves it to the network: where it takes none, where nothing is known, and where the picture looks
    compressed twice, since the file knows nothing of the first. Errors: `UserError` for one that is asked of
    a network that takes none.
    """
    if not takes_quality(restorer.card):
        if asked is not None:
            raise UserError(f"quality {asked:g}: {restorer.card['model']} takes none; leave it out")
        return None
    if asked is not None or (seen and seen.answer == "compressed twice"):
        return asked
    if said:
        return said.quality
    return seen.quality if seen and seen.compressed > 0.5 else None


def told(restorer: Restorer, quality: float | None) -> Restorer:
    """The same restorer, its network told a quality."""
    if quality is None:
        return restorer
    other = copy.copy(restorer)
    other.model = _Told(restorer.model, quality)
    return other


class _Told(nn.Module):
    """Float (B, C, H, W) -> the same, at one quality for all."""

    def __init__(self, model: nn.Module, quality: float):
        super().__init__()
        self.model, self.quality = model, quality

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x, x.new_full((len(x), 1), self.quality))
