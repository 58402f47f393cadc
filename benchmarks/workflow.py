"""What the workflow costs beside its work: plans, the start of a job. Processor time of the processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ratio import Row, in_turns

ROOT = Path(__file__).resolve().parents[1]
AREA = "workflow"
PLANS = {
    "`snakemake -n`, the full study": ((), 5),
    "`snakemake -n`, the tiny study": (("--configfile", "config/tiny.yaml"), 5),
}


def rows(_folder: Path | None, repeats: int) -> Iterator[Row]:
    for what, (options, limit) in PLANS.items():
        call = [sys.executable, "-m", "snakemake", "-n", "-q", *options]
        seconds, _ = in_turns(lambda call=call: run(call), lambda: None, repeats, spent)
        yield Row(AREA, what, f"a limit of {limit} s", seconds, [limit] * repeats, 1, "plan", 1)
    start = [sys.executable, "-m", "unjpeg", "split", "--help"]
    imports = [sys.executable, "-c", "import numpy, yaml, pydantic"]
    seconds = in_turns(lambda: run(start), lambda: run(imports), repeats, spent)
    yield Row(AREA, "start of a step without torch", "numpy, yaml and pydantic alone", *seconds, 1, "start")
    start = [sys.executable, "-c", "import unjpeg.inference"]
    imports = [sys.executable, "-c", "import torch"]
    seconds = in_turns(lambda: run(start), lambda: run(imports), repeats, spent)
    yield Row(AREA, "start of a step with torch", "torch alone", *seconds, 1, "start")


def spent() -> float:
    """Seconds of the processor that ended children took."""
    times = os.times()
    return times.children_user + times.children_system


def run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
