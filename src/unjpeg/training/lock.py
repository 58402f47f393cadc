"""One owner of a run's folder: the kernel's lock, which ends with the process, even after SIGKILL.

Some file systems of clusters do not lock across nodes, or not at all. So the owner also signs: a job of
Slurm is one as long as Slurm says that it runs; where nothing locks, a process of this machine that lives.
"""

import atexit
import errno
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import IO, NamedTuple

from unjpeg.training import slurm

NAME = "lock"
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)  # such as Lustre without `-o flock`
TRIES = 10  # a tenth of a second apart: who only looks holds the lock for a moment


class Owner(NamedTuple):
    """A process; job: of Slurm, or "" for none, or for one that has ended well."""

    pid: int
    host: str
    job: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}" + (f" (Slurm job {self.job})" if self.job else "")


def own(folder: Path) -> IO[str] | None:
    """The lock, held until it is closed or the process ends, this process's name in it; None if another's."""
    for _ in range(TRIES):
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / NAME, "a+")  # noqa: SIM115 (whoever owns it keeps it open)
        if _locked(lock, fcntl.LOCK_EX):
            if os.fstat(lock.fileno()).st_nlink:  # `unjpeg clean` may have removed the folder meanwhile
                if _elsewhere(folder):
                    lock.close()
                    return None
                _sign(lock, slurm.job())
                atexit.register(_sign, lock, "")
                return lock
        else:
            time.sleep(0.1)
        lock.close()
    return None


def held(folder: Path) -> bool:
    """Whether a process owns the folder now."""
    try:
        with open(folder / NAME) as lock:
            return not _locked(lock, fcntl.LOCK_SH) or _elsewhere(folder)
    except FileNotFoundError:
        return False


def written(folder: Path) -> Owner | None:
    """The process that owned the folder last; None where it wrote nothing yet."""
    try:
        pid, host, *job = (folder / NAME).read_text("utf-8").split(" ")
        return Owner(int(pid), host, *job)
    except (OSError, ValueError, TypeError):
        return None


def shared(folder: Path) -> bool:
    """Whether the owner is a process of this one's job of Slurm."""
    owner = written(folder)
    return bool(owner and owner.job and owner.job == slurm.job())


def _sign(lock: IO[str], job: str) -> None:
    if not lock.closed:
        lock.truncate(0)
        lock.write(" ".join(map(str, Owner(os.getpid(), socket.gethostname(), job))))
        lock.flush()
        os.fsync(lock.fileno())  # for the other nodes


def _elsewhere(folder: Path) -> bool:
    """Whether the one who signed is another job that runs, or, where nothing locks, lives on this machine."""
    owner = written(folder)
    if not owner:
        return False
    if owner.job:
        return owner.job != slurm.job() and slurm.runs(owner.job)
    here = owner.host == socket.gethostname() and owner.pid != os.getpid()
    return here and not _locks(folder) and lives(owner.pid)


def _locks(folder: Path) -> bool:
    """Whether the file system knows locks."""
    with open(folder / NAME) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in NO_LOCKS
    return True


def lives(pid: int) -> bool:
    """Whether a process of this machine lives."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _locked(lock: IO[str], how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    return True
