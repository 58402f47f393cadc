"""One owner of a run's folder: the kernel's lock, which ends with the process, even after SIGKILL."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

NAME = "lock"
TRIES = 10  # a tenth of a second apart: who only looks holds the lock for a moment


def own(folder: Path) -> IO[str] | None:
    """The lock, held until it is closed or the process ends, this process's id in it; None if another's."""
    for _ in range(TRIES):
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / NAME, "a+")  # noqa: SIM115 (whoever owns it keeps it open)
        if _locked(lock, fcntl.LOCK_EX):
            if os.fstat(lock.fileno()).st_nlink:  # `unjpeg clean` may have removed the folder meanwhile
                lock.truncate(0)
                lock.write(str(os.getpid()))
                lock.flush()
                return lock
        else:
            time.sleep(0.1)
        lock.close()
    return None


def held(folder: Path) -> bool:
    """Whether a process owns the folder now."""
    try:
        with open(folder / NAME) as lock:
            return not _locked(lock, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def written(folder: Path) -> int | None:
    """Id of the process that owned the folder last; None where it wrote none yet."""
    try:
        return int((folder / NAME).read_text())
    except (OSError, ValueError):
        return None


def _locked(lock: IO[str], how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
