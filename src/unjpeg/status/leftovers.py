"""What nothing needs any more, and its removal: nothing that a living process holds, no link, no result."""

import os
import re
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unjpeg.atomic import HOST
from unjpeg.status.disk import size
from unjpeg.status.states import RunState, finished
from unjpeg.training.lock import lives, own

PART = re.compile(r"\..+\.([^.]+)\.(\d+)\.part")  # as `atomic.replacing` names it
DAY = 86400  # seconds after which nobody on another machine is still writing


@dataclass(frozen=True)
class Leftover:
    """path: a state's folder or a partial file. why: in words."""

    path: Path
    bytes: int
    why: str


def leftovers(states: Iterable[RunState], folders: Iterable[Path], stale: bool) -> list[Leftover]:
    """States of finished runs, with `stale` those that no run names, and partial files below `folders`."""
    why = {"finished": "state of a finished run"}
    if stale:
        why["stale"] = "state that no run of the config names"
    found = [Leftover(s.folder, s.bytes, why[s.state]) for s in states if s.state in why]
    gone = {leftover.path for leftover in found}
    return found + [part for folder in folders for part in _parts(folder) if part.path.parent not in gone]


def remove(leftover: Leftover, results: Path) -> str | None:
    """None where it is gone, else why it was kept: looked at again, for the list may be old."""
    path = leftover.path
    if path.is_symlink() or not path.exists():
        return "no longer there"
    if path.is_file():
        if _alive(path):
            return "its process lives"
        path.unlink()
        return None
    lock = own(path)
    if lock is None:
        return "a process trains this run"
    with lock:
        if leftover.why == "state of a finished run" and not finished(path, results):
            return "its model is no longer there"
        shutil.rmtree(path)
    return None


def _parts(folder: Path) -> Iterable[Leftover]:
    for home, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(home, name)
            if PART.fullmatch(name) and path.is_file() and not path.is_symlink() and not _alive(path):
                yield Leftover(path, size(path), "partial file of a dead process")


def _alive(part: Path) -> bool:
    """Whether the process that writes a partial file lives; one on another machine as long as it may."""
    host, pid = PART.fullmatch(part.name).groups()
    if host != HOST:
        return time.time() - part.stat().st_mtime < DAY
    return lives(int(pid))
