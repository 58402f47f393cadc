"""Filters of the program ffmpeg, fed with one plane at a time."""

import shutil
import subprocess

import numpy as np

from unjpeg.errors import UserError


def check(name: str) -> None:
    """`UserError` where there is no ffmpeg, or it has no filter of that name."""
    instead = f"or leave {name} out of test.peers"
    if not shutil.which("ffmpeg"):
        raise UserError(
            f"peer {name}: no program ffmpeg on this machine; install it (Debian: apt-get install ffmpeg; "
            f"conda-forge: ffmpeg), {instead}"
        )
    told = _run(["-h", f"filter={name}"], b"").stdout.decode()
    if not told.startswith(f"Filter {name}"):
        raise UserError(
            f"peer {name}: the ffmpeg on this machine ({version()}) has no filter {name}; "
            f"install one that has, {instead}"
        )


def version() -> str:
    """Of the program, such as 5.1.6-0+deb12u1."""
    return _run(["-version"], b"").stdout.decode().removeprefix("ffmpeg version ").split(" ")[0]


def filtered(plane: np.ndarray, filter: str) -> np.ndarray:
    """float (H, W) in 0..255, rounded to 8 bits, through `filter` as ffmpeg spells it -> uint8 (H, W)."""
    height, width = plane.shape
    form = ["-f", "rawvideo", "-pix_fmt", "gray"]
    options = ["-v", "error", *form, "-s", f"{width}x{height}", "-i", "-", "-vf", filter, *form, "-"]
    done = _run(options, np.rint(plane).astype(np.uint8).tobytes())
    if done.returncode or len(done.stdout) != plane.size:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise UserError(f"ffmpeg -vf {filter}: exit code {done.returncode}: {last}")
    return np.frombuffer(done.stdout, np.uint8).reshape(plane.shape)


def _run(options: list[str], data: bytes) -> subprocess.CompletedProcess:
    return subprocess.run(["ffmpeg", "-hide_banner", *options], input=data, capture_output=True)
