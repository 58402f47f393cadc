"""Telling from pixels alone whether an image was never, once or twice JPEG-compressed, and how hard."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from unjpeg.dct import histograms, tiles
from unjpeg.grid import phase
from unjpeg.images import luma_full
from unjpeg.inference import check_device, load_trained
from unjpeg.store.features import CLASSES

MOST = 21  # tiles of an image that are looked at, as published; here evenly spread, not drawn
LEAST = 96  # pixels a side; smaller images that were never compressed look as if they were (docs/detector.md)
FLAT = (
    0.75  # share of blocks without any difference; a tile with more says nothing: a drawing looks compressed
)
SURE = 0.8  # probability from which an answer is given
RULES = ("mean", "majority")


@dataclass(frozen=True)
class Detection:
    """What the pixels of one image say.

    label: the likeliest of `CLASSES`. probabilities: of `CLASSES`. quality: of the last compression, 1..100,
    if there was one; None where the model does not say. tiles: (n, 3) probabilities of each tile. note: why
    nothing can be said, or empty.
    """

    label: str
    probabilities: tuple[float, float, float]
    quality: float | None
    tiles: np.ndarray
    note: str = ""

    @property
    def compressed(self) -> float:
        """Probability of any compression."""
        return 1 - self.probabilities[0]

    @property
    def answer(self) -> str:
        """In words, no more than is known: once and twice may be as likely, and compression still certain."""
        never, once, twice = self.probabilities
        if self.note or max(never, once + twice) < SURE:
            return "not sure"
        if never >= SURE:
            return "never compressed"
        if max(once, twice) < SURE:
            return "compressed, once or twice"
        return "compressed once" if once > twice else "compressed twice"


class Detector:
    """A trained detector: uint8 (H, W, 3 or 1) -> `Detection`. The same pixels give the same answer."""

    def __init__(self, folder: Path | str, device: str = "cpu"):
        """folder: a run's, with model.safetensors and card.json."""
        self.folder, self.device = Path(folder), torch.device(check_device(device))
        self.card, about, self.model = load_trained(self.folder, self.device, "detect", "detects")
        self.aligns, self.temperature = about["aligns"], self.card.get("temperature", 1.0)

    def __call__(self, pixels: np.ndarray, rule: str = "mean") -> Detection:
        """rule: `mean` of the tiles' probabilities, compressed or not decided first; or the published
        `majority` of their likeliest classes, whose shares stand for probabilities, ties towards `none`."""
        plane = luma_full(pixels)
        note = _nothing_to_see(plane)
        if note or not len(features := self.seen(plane)):
            even = np.full((1, 3), 1 / 3)
            return Detection("none", tuple(even[0]), None, even[:0], note or "nearly all of it is flat")
        found, qualities = self.judge(features)
        mean = found.mean(0)
        if rule == "majority":
            mean = np.bincount(found.argmax(1), minlength=3) / len(found)
            place = int(mean.argmax())
        else:
            place = 0 if mean[0] > 0.5 else 1 + int(mean[2] > mean[1])
        quality = None if qualities is None else _median(qualities.mean(0))
        return Detection(CLASSES[place], tuple(map(float, mean)), quality, found)

    def seen(self, plane: np.ndarray) -> np.ndarray:
        """Features of the tiles that are looked at: uint8 (H, W) -> float32 (n, 120, 65).

        A model that aligns takes them from the first edge of the estimated grid on, and leaves out tiles that
        are nearly `FLAT`. Below 256 pixels a side the whole image, cut to whole blocks, is one tile.
        """
        if self.aligns:
            down, right = phase(plane)
            plane = plane[down:, right:]
        cut = tiles(plane)
        if not len(cut):
            height, width = (side // 8 * 8 for side in plane.shape)
            cut = plane[None, :height, :width]
        if self.aligns:
            cut = [tile for tile in cut if _flat(tile) <= FLAT]
        if not len(cut):
            return np.zeros((0, 120, 65), np.float32)
        chosen = np.unique(np.linspace(0, len(cut) - 1, min(MOST, len(cut))).round().astype(int))
        return np.stack([histograms(cut[k]) for k in chosen])

    def judge(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """(n, 3) calibrated probabilities of `CLASSES`, and (n, 100) of the qualities 1..100, or None."""
        with torch.inference_mode():
            logits = self.model(torch.from_numpy(features).float().to(self.device)).float().cpu()
        classes = torch.softmax(logits[:, :3] / self.temperature, 1).numpy()
        return classes, torch.softmax(logits[:, 3:], 1).numpy() if logits.shape[1] > 3 else None


def _nothing_to_see(plane: np.ndarray) -> str:
    height, width = plane.shape
    if min(height, width) < LEAST:
        return f"{width}x{height} pixels are too few; {LEAST} a side are the least"
    return "all pixels are equal" if plane.min() == plane.max() else ""


def _flat(tile: np.ndarray) -> float:
    """Share of the 8x8 blocks of (H, W) whose pixels are all equal."""
    blocks = tile.reshape(tile.shape[0] // 8, 8, tile.shape[1] // 8, 8)
    return float((blocks.max((1, 3)) == blocks.min((1, 3))).mean())


def _median(distribution: np.ndarray) -> float:
    """Quality in the middle of a distribution over 1..100, between the integers by interpolation."""
    below = np.concatenate([[0.0], np.cumsum(distribution)])
    return float(np.interp(0.5 * below[-1], below, np.arange(101) + 0.5))
