"""The same work once, four times and sixteen times: processor time, its exponent, and memory.

Each is the command a user gives, in a process of its own; of some runs, in turns, the fastest. The exponent
is that of what comes on top: from 4x to 16x against from 1x to 4x, so that start-up, which is in the seconds,
is not in it. 1.00 is proportional; memory should not grow, but for a picture's own pixels and the patches
that a training has read, whose pages count as its memory though the system may take them back.
"""

import itertools
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from benchmarks.data import DATA, SIDE, study
from benchmarks.photographs import photographs
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TIMES = (1, 4, 16)
MEGAPIXEL = (1000, 1000)
STEPS, IMAGES, DEGRADATIONS = 10, 4, 1  # of 1x
MADE = ("model", "state", "results", "resources")  # by commands that would find their work done
# A process has at least the memory that the one which started it had: so a small one stands between.
BETWEEN = """import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(code)"""


@dataclass(frozen=True)
class Growth:
    """Seconds of the processor and GiB at most, of a command at each of `TIMES`."""

    what: str
    unit: str
    work: int
    seconds: tuple[float, ...]
    memory: tuple[float, ...]

    @property
    def exponent(self) -> float:
        once, four, sixteen = self.seconds
        return math.log((sixteen - four) / (four - once), 4) if 0 < four - once < sixteen - four else math.nan


def spent(command: list[str], cwd: Path) -> tuple[float, float]:
    """(seconds, GiB) of a command and of the largest process that it started."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    asked = [sys.executable, "-c", BETWEEN, sys.executable, "-m", *command]
    done = subprocess.run(asked, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr[-2000:]}")
    seconds, peak = map(float, done.stderr.splitlines()[-1].split())
    return seconds, peak / 2**20


def growths(folder: Path | None, repeats: int) -> Iterator[Growth]:
    def measured(
        what: str, unit: str, work: int, command: Callable[[int], list[str]], home: Callable[[int], Path]
    ) -> Growth:
        found = {times: [] for times in TIMES}
        for _, times in itertools.product(range(repeats), TIMES):
            for made in MADE if "-n" not in command(times) else ():
                shutil.rmtree(home(times) / made, ignore_errors=True)
            found[times].append(spent(command(times), home(times)))
        seconds, memory = zip(*((min(s), max(m)) for s, m in (zip(*runs) for runs in found.values())))
        return Growth(what, unit, work, seconds, memory)

    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        pictures = photographs(folder, IMAGES * TIMES[-1])
        at = {times: _set(home / f"x{times}", pictures[: IMAGES * times]) for times in TIMES}
        yield measured("`unjpeg fetch`", "pictures", IMAGES, _fetch, at.get)
        for times in TIMES:
            _other_pictures(at[times] / "others", IMAGES * times)
        yield measured("`unjpeg leaks`", "pictures, and as many", IMAGES, lambda _: _leaks(), at.get)
        yield measured("`unjpeg patches`", "pictures", IMAGES, lambda _: _patches(), at.get)
        yield measured("`unjpeg train`, steps and patches", "steps", STEPS, _train, at.get)
        yield measured("`unjpeg evaluate`", "pictures", IMAGES, lambda _: _evaluate(), at.get)
        for times in TIMES:
            _large(pictures[0], times, at[times] / "large.jpg")
        yield measured("`unjpeg restore`, one picture", "MP", 1, lambda _: _restore(), at.get)
        for times in TIMES:
            _small_study(at[times], DEGRADATIONS * times)
        jobs = _jobs(at[1])
        yield measured("`snakemake -n`, a new study", "jobs", jobs, lambda _: _snakemake("-n", "-q"), at.get)
        yield measured("`snakemake`, its run", "jobs", jobs, lambda _: _snakemake("-q"), at.get)
        yield measured("`snakemake -n`, finished", "jobs", jobs, lambda _: _snakemake("-n", "-q"), at.get)


def _set(home: Path, pictures: list[np.ndarray]) -> Path:
    (home / "pictures").mkdir(parents=True)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(home / "pictures" / f"{number:03}.png")
    Image.fromarray(pictures[0][:SIDE, :SIDE]).save(home / "pictures" / "val.png")
    study(home)
    return home


def _fetch(times: int) -> list[str]:
    """Decodes each picture and takes its sha256, into a manifest."""
    entry = {"title": "pictures", "licence": "none", "citation": "none", "count": IMAGES * times + 1}
    entry |= {"manual": "made here", "path": "pictures"}
    command = ["unjpeg", "fetch", "--dataset", "set", "--entry", json.dumps(entry)]
    return [*command, "--folder", "fetched", "--manifest", "fetched/manifest.json"]


def _other_pictures(home: Path, count: int) -> None:
    """Clouds: no two alike, and none a part of a photograph."""
    home.mkdir()
    draws = np.random.default_rng(0)
    for number in range(count):
        octaves = [
            draws.normal(size=(512 >> k, 512 >> k, 3)).repeat(1 << k, 0).repeat(1 << k, 1) for k in range(7)
        ]
        Image.fromarray((sum(octaves) * 20 + 128).clip(0, 255).astype(np.uint8)).save(
            home / f"{number:03}.png"
        )


def _leaks() -> list[str]:
    return ["unjpeg", "leaks", "--train", "pictures", "--test", "others"]


def _patches() -> list[str]:
    command = ["unjpeg", "patches", "--data", json.dumps(DATA), "--seed", "0"]
    command += ["--manifests", "set/manifest.json", "--splits", "split.csv"]
    return [*command, "--output", "patches"]


def _train(times: int) -> list[str]:
    from unjpeg.config.study import read_study

    run = read_study(ROOT / "config" / "tiny.yaml").run_of("conv-unit-fixed")
    run["train"] |= {"steps": STEPS * times, "val_every": STEPS * times, "batch": 4, "warmup": 0}
    command = ["unjpeg", "train", "--run", json.dumps(run), "--patches", "patches", "--threads", "1"]
    return [*command, "--output", "model", "--state", "state", "--device", "cpu"]


def _evaluate() -> list[str]:
    command = ["unjpeg", "evaluate", "pictures", "--degradation", "q10", "--model", "none"]
    return [*command, "--metrics", "psnr", "ssim", "psnr_b", "--out", "scores.csv"]


def _large(picture: np.ndarray, times: int, path: Path) -> None:
    """A picture of so many megapixels, made of one."""
    side = [size * math.isqrt(times) for size in MEGAPIXEL]
    whole = np.tile(picture, (*(math.ceil(n / m) for n, m in zip(side, picture.shape)), 1))
    Image.fromarray(whole[: side[0], : side[1]]).save(path, quality=20)


def _restore() -> list[str]:
    return ["unjpeg", "restore", "large.jpg", "--overwrite", "--threads", "1"]


def _small_study(home: Path, degradations: int) -> None:
    """Two peers on the embedded photographs under so many qualities."""
    test = {"sets": ["photos"], "degradations": [f"q{5 + n}" for n in range(degradations)]}
    test |= {"metrics": ["psnr"], "peers": ["identity", "smooth"]}
    (home / "study.yaml").write_text(yaml.safe_dump({"study": "growth", "models": {}, "test": test}))


def _snakemake(*options: str) -> list[str]:
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--configfile", "study.yaml"]
    return [*command, "--cores", "1", "--directory", ".", *options]


def _jobs(home: Path) -> int:
    command = [sys.executable, "-m", *_snakemake("-n")]
    said = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    totals = [line for line in said.stdout.splitlines() if line.startswith("total")]
    return int(totals[-1].split()[1])


def table(rows: Iterable[Growth]) -> str:
    heads = " | ".join(f"{times}x" for times in TIMES)
    lines = [f"| what | 1x is | {heads} | exponent | {heads} |", "|---|---|" + "---:|" * 7]
    for row in rows:
        seconds = " | ".join(f"{s:.1f} s" for s in row.seconds)
        memory = " | ".join(f"{m:.2f} GiB" for m in row.memory)
        exponent = "none seen" if math.isnan(row.exponent) else f"{row.exponent:.2f}"
        lines.append(f"| {row.what} | {row.work} {row.unit} | {seconds} | {exponent} | {memory} |")
    return "\n".join(lines) + "\n"
