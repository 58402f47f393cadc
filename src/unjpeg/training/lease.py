"""A GPU of its own for each training of a machine: one locked file per device.

Snakemake counts GPUs and hands none out: every job sees them all, and takes the first. The kernel releases
a lock when its process ends, however it ends. Devices are named by UUID: the numbers of nvidia-smi
and of CUDA differ, and those of a container count from 0.
"""

import fcntl
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from unjpeg.errors import UserError
from unjpeg.training.clock import Clock

VISIBLE = "CUDA_VISIBLE_DEVICES"
_held: list[IO] = []  # open, hence locked, as long as this process lives


def lease(count: int, say: Callable[[str], None], clock: Clock) -> bool:
    """Let CUDA see `count` devices that no other training of this user has; False if the clock ran out first.

    To be called before CUDA starts. Nothing is done without a GPU, nor where CUDA_VISIBLE_DEVICES is set:
    by a cluster, or by the first of several processes of one training.
    """
    devices = [] if VISIBLE in os.environ else installed()
    if not devices:
        return True
    if count > len(devices):
        raise UserError(f"--devices {count}: this machine has {len(devices)}")
    folder = Path(tempfile.gettempdir()) / f"unjpeg-gpu-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    waits = False
    while not (leased := _take(folder, devices, count)):
        if not waits:
            say(f"waits for {count} of {len(devices)} GPUs: other trainings have leased them ({folder})")
            waits = True
        if clock.reason:
            say(f"stopped before the first step: {clock.reason}; the same command goes on")
            return False
        time.sleep(1)
    os.environ[VISIBLE] = ",".join(leased)
    say(f"leased {os.environ[VISIBLE]}")
    return True


def installed() -> list[str]:
    """UUIDs of the GPUs here, as nvidia-smi tells them; of its slices where one is divided (MIG)."""
    try:
        found = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    names = re.findall(r"\(UUID: ([^)]+)\)", found.stdout) if found.returncode == 0 else []
    following = [*names[1:], ""]
    return [a for a, b in zip(names, following) if a.startswith("MIG") or not b.startswith("MIG")]


def _take(folder: Path, devices: list[str], count: int) -> list[str]:
    """`count` free devices, now locked, or none: two trainings never wait for each other's half."""
    free: dict[str, IO] = {}
    with open(folder / "lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for device in devices:
            file = open(folder / device.replace("/", "-"), "w")  # noqa: SIM115 (open is locked)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            free[device] = file
            if len(free) == count:
                _held.extend(free.values())
                return list(free)
    return []
