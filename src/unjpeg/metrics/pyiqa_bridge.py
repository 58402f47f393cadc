"""The metrics that pyiqa computes: on the CPU, in float32, one image at a time, never from the network.

pyiqa (PolyForm Noncommercial licence, (c) 2022 Chaofeng Chen) is called, not copied. Left to itself it
downloads parameter files at first use. Here every file that a card names must lie in the folder of
parameter files before pyiqa is asked for anything.
"""

import contextlib
import io
import logging
import os
import pickle
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from unjpeg.errors import UserError
from unjpeg.images import to_float32
from unjpeg.metrics.card import Card
from unjpeg.parameters import check_files, folder

UNREADABLE = (EOFError, KeyError, OSError, RuntimeError, TypeError, ValueError, pickle.UnpicklingError)


def score(card: Card, image: np.ndarray, reference: np.ndarray | None, where: Path | None = None) -> float:
    """Value of pyiqa's metric of the card's name.

    image, reference: uint8 (H, W, 1 or 3), already checked; the reference is passed on only where the
    card wants one. nan for a flat image where there is no reference: its local statistics are rounding
    noise, of which pyiqa may still make a number.
    """
    import torch

    where = where or folder()
    check_files(card.name, card.files, where)
    if not card.reference and image.min() == image.max():
        return float("nan")
    metric = _create(card, where)
    pair = [image, reference] if card.reference else [image]
    tensors = [torch.from_numpy(to_float32(pixels))[None] for pixels in pair]  # (1, C, H, W)
    with _quiet(), one_thread():
        try:
            return metric(*tensors).item()
        except torch.linalg.LinAlgError:  # NIQE, where no block has texture
            return float("nan")


@lru_cache
def _create(card: Card, where: Path):
    """pyiqa's metric object. The last file of the card is pyiqa's own, the others torchvision's."""
    import torch

    from unjpeg import torchvision_shim

    # The networks are built with random numbers before their weights are read: whoever scores while
    # training must find the generator as it was.
    with _torch_home(where), _quiet(), torch.random.fork_rng(devices=[]):
        torchvision_shim.ensure()
        import pyiqa

        options = {"pretrained_model_path": str(where / card.files[-1])} if card.files else {}
        try:
            return pyiqa.create_metric(card.name, device="cpu", **options)
        except UNREADABLE as error:
            files = ", ".join(str(where / file) for file in card.files)
            why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            raise UserError(f"{card.name}: parameter file cannot be read: {files} ({why})") from None


@contextlib.contextmanager
def _torch_home(where: Path) -> Iterator[None]:
    """pyiqa reads TORCH_HOME once, when imported; torchvision's backbones each time."""
    before = os.environ.get("TORCH_HOME")
    os.environ["TORCH_HOME"] = str(where)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TORCH_HOME"]
        else:
            os.environ["TORCH_HOME"] = before


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """BRISQUE moves by up to .003 with the number of threads, through the order of float32 sums."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on stdout, where a verb's own result goes."""
    logging.getLogger("pyiqa").setLevel(logging.WARNING)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
