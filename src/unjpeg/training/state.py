"""The state of a run on disk: atomic, two kept, one owner at a time.

The folder is named by the digest of all that the run depends on, and Snakemake does not know it: a
failed job's declared outputs are deleted, this stays. A changed run has another folder, so it can never
resume a stale state; it says what changed.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import torch

from unjpeg.atomic import write_bytes
from unjpeg.errors import UserError
from unjpeg.provenance import digest_of
from unjpeg.training.clock import Clock
from unjpeg.training.earlier import note, why_afresh
from unjpeg.training.lock import own, shared, written

KEEP = 2


class State:
    """A run's folder, locked until the process ends (the kernel releases it, even after SIGKILL)."""

    def __init__(
        self,
        home: Path,
        made_of: dict,
        say: Callable[[str], None],
        owner: bool = True,
        waits: Clock | None = None,
    ):
        """home: of all runs; made_of: all that this one depends on, the resolved run as `settings`;
        owner: this process writes; the other processes of the same run only read; waits: for another owner
        to end, as long as this clock runs (`ours` tells)."""
        self.digest, self._made_of = digest_of(made_of), made_of
        self.folder = home / f"{made_of['settings']['model']}-{self.digest}"
        self._say, self._owner = say, owner
        self.folder.mkdir(parents=True, exist_ok=True)
        if not owner:
            while waits and not waits.reason and not shared(self.folder):
                time.sleep(1)  # as long as the first process of this job waits
            return
        self._lock = self._owned(waits)  # kept open as long as the process lives
        if self._lock is None:
            return
        for half in self.folder.glob(".*.part"):  # of a process that was killed while it wrote
            half.unlink()
        note(self.folder, made_of)

    @property
    def ours(self) -> bool:
        """Whether the run is this training's; False where the clock ran out before another's end."""
        return not self._owner or self._lock is not None

    def _owned(self, waits: Clock | None) -> IO[str] | None:
        said = False
        while (lock := own(self.folder)) is None:
            line = f"{self.folder}: {written(self.folder) or 'a process'} is training this run"
            if waits is None:
                raise UserError(f"{line}; wait for it or stop it")
            if waits.reason:
                return None
            if not said:
                self._say(f"{line}; waits for its end, and goes on where it ends")
                said = True
            time.sleep(1)
        return lock

    def files(self) -> list[Path]:
        """Saved states, oldest first."""
        return sorted(self.folder.glob("step-*.pt"))

    def load(self) -> dict | None:
        """The newest state that can be read; an unreadable one is named and the one before is taken."""
        older = self.files()
        if not older and self._owner and (why := why_afresh(self.folder, self._made_of)):
            self._say(why)
        while older:
            path = older.pop()
            try:
                return torch.load(path, map_location="cpu", weights_only=True)
            except Exception as error:  # torch raises many kinds for a truncated file
                why = (str(error).splitlines() or [type(error).__name__])[0]
                instead = f"taking the state before it, {older[-1].name}" if older else "starting from step 0"
                self._say(f"{path}: cannot be read ({why}); {instead}")
        return None

    def save(self, step: int, state: dict) -> None:
        """Write one state whole, then drop those before it but `KEEP` (one after it could not be read)."""
        path = self.write(f"step-{step:09d}.pt", state)
        for old in [saved for saved in self.files() if saved <= path][:-KEEP]:
            old.unlink()

    def write(self, name: str, state: dict) -> Path:
        """One file in the folder, whole or not at all."""
        data, path = io.BytesIO(), self.folder / name
        torch.save(state, data)
        try:
            write_bytes(path, data.getvalue())
        except OSError as error:
            kept = self.files()
            raise UserError(
                f"{path}: the state cannot be saved ({error.strerror}); "
                f"kept: {kept[-1].name if kept else 'none'}"
            ) from None
        return path
