"""The state of a run on disk: atomic, two kept, one owner at a time.

The folder is named by the digest of all that the run depends on, and Snakemake does not know it: a
failed job's declared outputs are deleted, this stays. A changed run has another folder, so it can never
resume a stale state.
"""

import io
from collections.abc import Callable
from pathlib import Path

import torch

from unjpeg.atomic import write_bytes
from unjpeg.errors import UserError
from unjpeg.training.lock import own, written

KEEP = 2


class State:
    """A run's folder, locked until the process ends (the kernel releases it, even after SIGKILL)."""

    def __init__(self, folder: Path, say: Callable[[str], None], owner: bool = True):
        """owner: this process writes; the other processes of the same run only read."""
        self.folder, self._say = folder, say
        folder.mkdir(parents=True, exist_ok=True)
        if not owner:
            return
        self._lock = own(folder)  # kept open as long as the process lives
        if self._lock is None:
            raise UserError(
                f"{folder}: process {written(folder) or '?'} is training this run; wait for it or stop it"
            )

    def files(self) -> list[Path]:
        """Saved states, oldest first."""
        return sorted(self.folder.glob("step-*.pt"))

    def load(self) -> dict | None:
        """The newest state that can be read; an unreadable one is named and the one before is taken."""
        for path in reversed(self.files()):
            try:
                return torch.load(path, map_location="cpu", weights_only=True)
            except Exception as error:  # torch raises many kinds for a truncated file
                self._say(
                    f"{path}: cannot be read ({str(error).splitlines()[0]}); taking the state before it"
                )
        return None

    def save(self, step: int, state: dict) -> None:
        """Write one state whole, then drop all but the newest `KEEP`."""
        data = io.BytesIO()
        torch.save(state, data)
        path = self.folder / f"step-{step:09d}.pt"
        try:
            write_bytes(path, data.getvalue())
        except OSError as error:
            kept = self.files()
            raise UserError(
                f"{path}: the state cannot be saved ({error.strerror}); "
                f"kept: {kept[-1].name if kept else 'none'}"
            ) from None
        for old in self.files()[:-KEEP]:
            old.unlink()
