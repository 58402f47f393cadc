"""What a run is trained and judged on, by the task of its network."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.store.features import Features
from unjpeg.store.patches import Patches
from unjpeg.training.clock import Clock
from unjpeg.training.tiles import TileValidation
from unjpeg.training.validation import Validation

PART = 64 << 20  # bytes between two looks at the clock
NAMES = ("train.h5", "val.h5")


@contextmanager
def near(folder: Path, copy: bool, clock: Clock) -> Iterator[Path]:
    """`folder`, or a copy of its patches on a disk of this machine, where batches are read at random places.

    The copy has no name any more when the block ends, so the kernel frees it with the process, killed or not.
    Where the clock runs out meanwhile it is left unfinished. Errors: `UserError` for no room.
    """
    if not copy:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="unjpeg-") as scratch:
        for name in NAMES:
            try:
                with open(folder / name, "rb") as far, open(Path(scratch) / name, "wb") as copied:
                    while not clock.reason and (part := far.read(PART)):
                        copied.write(part)
            except OSError as error:
                raise UserError(
                    f"--scratch: {folder / name} to {tempfile.gettempdir()}: {error.strerror}"
                ) from None
        yield Path(scratch)


def opened(folder: Path, card: dict, channels: int) -> tuple[Patches | Features, Callable]:
    """(train.h5, judge on val.h5) of a folder: features for a detector, patches for all others."""
    train, val = (folder / name for name in NAMES)
    if card["task"] == "detect":
        return Features(train), TileValidation(Features(val))
    patches = Patches(train)
    if (have := patches.clean.shape[3]) != channels:
        raise UserError(f"{folder}: patches of {have} channels, the run wants {channels}")
    return patches, Validation(val, card)
