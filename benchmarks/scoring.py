"""Scoring against pyiqa metric by metric, on one thread.

The same images in the same run: quality 10, 4:2:0, in RGB. pyiqa is used as its users do: one
`create_metric` each, then a call per image; both start from uint8. The row `all` is all metrics of the rows
above, ours with PSNR-B, which pyiqa lacks. Metrics whose parameter files are not in the folder that
`UNJPEG_METRICS` names are named and left out on both sides.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from benchmarks.photographs import photographs
from benchmarks.ratio import Row, in_turns

from unjpeg import images, jpeg, metrics, parameters, torchvision_shim
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.metrics import protocol
from unjpeg.metrics.score import score_all

AREA = "scoring"
THEIRS = {"ssim": "ssimc", "lpips_squeeze": "lpips"}  # where pyiqa has another name; it has no PSNR-B


def rows(folder: Path | None, repeats: int) -> Iterator[Row]:
    """Processor seconds of a pass over all images, metric by metric and all together."""
    torch.set_num_threads(1)
    torchvision_shim.ensure()
    pairs, named = _pairs(folder), protocol.named("color-420")
    names = [name for name in metrics.names() if _at_hand(name)]
    peers = {name: peer for name in names if (peer := _peer(name))}

    def ours(wanted: list[str]) -> None:
        for image, reference in pairs:
            score_all(image, reference, named, wanted)

    def theirs(wanted: Iterable[str]) -> None:
        for image, reference in pairs:
            for name in wanted:
                peers[name](image, reference)

    for what, mine, peer in [*((name, [name], [name]) for name in peers), ("all", names, [*peers])]:
        seconds = in_turns(partial(ours, mine), partial(theirs, peer), repeats, time.process_time)
        mark = 1 if what == "all" else None
        yield Row(AREA, what, f"pyiqa {version('pyiqa')}", *seconds, len(pairs), "images", mark)


def _pairs(folder: Path | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """(JPEG, clean), uint8 (H, W, 3)."""
    return [(images.read_uint8(jpeg.degrade(x, parse("q10"))), x) for x in photographs(folder, 4)]


def _at_hand(name: str) -> bool:
    try:
        parameters.check_files(name, metrics.load(name).CARD.files, parameters.folder())
    except UserError as error:
        print(f"left out: {error}", file=sys.stderr)
        return False
    return True


def _peer(name: str):
    """pyiqa's metric of uint8 arrays, or None where it has none."""
    import pyiqa

    card = metrics.load(name).CARD
    if name == "psnr_b":
        return None
    os.environ["TORCH_HOME"] = str(parameters.folder())
    options = {"pretrained_model_path": str(parameters.folder() / card.files[-1])} if card.files else {}
    # Drawn features take as long as trained ones; torchvision would want the classifier's weights too.
    options |= {"net": "squeeze", "pnet_rand": True} if name == "lpips_squeeze" else {}
    metric = pyiqa.create_metric(THEIRS.get(name, name), device="cpu", **options)

    def call(image: np.ndarray, reference: np.ndarray) -> float:
        pair = (image, reference) if card.reference else (image,)
        return metric(*(torch.from_numpy(images.to_float32(x))[None] for x in pair)).item()

    return call
