"""What a run is trained and judged on, by the task of its network."""

from collections.abc import Callable
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.store.features import Features
from unjpeg.store.patches import Patches
from unjpeg.training.tiles import TileValidation
from unjpeg.training.validation import Validation


def opened(folder: Path, card: dict, channels: int) -> tuple[Patches | Features, Callable]:
    """(train.h5, judge on val.h5) of a folder: features for a detector, patches for all others."""
    train, val = folder / "train.h5", folder / "val.h5"
    if card["task"] == "detect":
        return Features(train), TileValidation(Features(val))
    patches = Patches(train)
    if (have := patches.clean.shape[3]) != channels:
        raise UserError(f"{folder}: patches of {have} channels, the run wants {channels}")
    return patches, Validation(val, card)
