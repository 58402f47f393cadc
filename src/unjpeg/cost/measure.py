"""Time and memory of restoring one picture of a megapixel on this machine."""

import platform
import re
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SIDE = 1024
RUNS, SECONDS = 3, 15  # so many runs, fewer where they take longer; one before is not counted
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def picture(channels: int) -> np.ndarray:
    """uint8 (SIDE, SIDE, C), the same on every machine: waves and noise."""
    y, x = np.mgrid[:SIDE, :SIDE]
    noise = np.random.default_rng(0).integers(-16, 17, (SIDE, SIDE, channels))
    return (128 + 60 * np.sin(x * y / 9000)[..., None] + noise).astype(np.uint8)


def per_megapixel(restore: Callable[[], object]) -> dict[str, float | int]:
    """Medians in milliseconds per 10**6 pixels: of the clock, and of the CPU, which other jobs disturb less.

    The CPU's time is the sum over threads and over programs that were started. restore: of `picture`.
    """
    clock, busy = [], []
    while not clock or (len(clock) < RUNS and sum(clock) < SECONDS):
        start, used = time.perf_counter(), _cpu_seconds()
        restore()
        clock.append(time.perf_counter() - start)
        busy.append(_cpu_seconds() - used)
    milliseconds, cpu = (statistics.median(times) * 1e9 / SIDE**2 for times in (clock, busy))
    return {"milliseconds": milliseconds, "cpu_milliseconds": cpu, "runs": len(clock)}


def resident() -> float | None:
    """MiB of memory of this process, from where `grown` counts; None on a system that is no Linux."""
    try:
        RESET.write_text("5")
        return _status("VmRSS")
    except (OSError, TypeError):
        return None


def grown(before: float | None) -> float | None:
    """MiB by which the process has at most been larger than `before` since then."""
    return None if before is None else _status("VmHWM") - before


def processor() -> str:
    """The CPU's model."""
    try:
        found = re.search(r"^model name\s*: (.+)", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _status(key: str) -> float:
    return int(re.search(rf"^{key}:\s*(\d+) kB", STATUS.read_text("utf-8"), re.MULTILINE)[1]) / 1024


def _cpu_seconds() -> float:
    """Of this process and of the programs that it started and that have ended."""
    spent = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(s.ru_utime + s.ru_stime for s in spent)
