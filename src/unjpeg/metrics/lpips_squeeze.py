"""Distance of deep features, SqueezeNet 1.1 backbone: the smallest LPIPS, and the one that is also a loss.

Zhang, Isola, Efros, Shechtman, Wang: The unreasonable effectiveness of deep features as a perceptual
metric, CVPR 2018, version 0.1. Computed here, on the CPU in float32, one image and one thread at a time.
Values of another backbone (AlexNet, VGG) are other numbers and must not share a column.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from unjpeg import parameters
from unjpeg.images import to_float32
from unjpeg.metrics.card import Card
from unjpeg.metrics.protocol import Protocol
from unjpeg.metrics.pyiqa_bridge import one_thread

CARD = Card(
    name="lpips_squeeze",
    title="LPIPS-Squeeze",
    better="lower",
    range=(0.0, float("inf")),
    unit="",
    reference=True,
    color="RGB in [-1, 1]; one channel repeated three times, luma 16..235 as it is",
    distribution="unjpeg",
    source="Zhang 2018, version 0.1, SqueezeNet 1.1",
    min_side=17,
    files=("hub/checkpoints/squeezenet1_1-b8a52dc0.pth", "hub/pyiqa/LPIPS_v0.1_squeeze-4a5350f2.pth"),
)


def score(image: np.ndarray, reference: np.ndarray, protocol: Protocol) -> float:
    """0 for equal images; usually below 1."""
    import torch

    CARD.check(image, reference, protocol)
    where = parameters.folder()
    parameters.check_files(CARD.name, CARD.files, where)
    distance = _read(where)
    tensors = [torch.from_numpy(to_float32(pixels))[None] for pixels in (image, reference)]  # (1, C, H, W)
    with torch.inference_mode(), one_thread():
        return distance(*tensors).item()


@lru_cache
def _read(where: Path):
    from unjpeg.layers.lpips import Lpips
    from unjpeg.layers.squeezenet import SqueezeNet

    backbone, heads = (where / file for file in CARD.files)
    return Lpips(SqueezeNet(backbone), heads)
