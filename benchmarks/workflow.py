"""What the workflow costs beside its work: plans, the start of a job. Processor time of the processes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ratio import Row, in_turns

ROOT = Path(__file__).resolve().parents[1]
AREA = "workflow"
PLANS = {
    "`snakemake -n`, the full study": (),
    "`snakemake -n`, the tiny study": ("--configfile", "config/tiny.yaml"),
}
# As many jobs, half of them with 15 inputs, as the full study has on average: what Snakemake itself takes.
ALONE = """HALF = {half}
rule all:
    input: expand("second/{{n}}.txt", n=range(HALF))
rule first:
    output: "first/{{n}}.txt"
    params: code="0"
    log: "logs/first/{{n}}.txt"
    shell: "touch {{output}}"
rule second:
    input: lambda wildcards: [f"first/{{(int(wildcards.n) + k) % HALF}}.txt" for k in range(min(15, HALF))]
    output: "second/{{n}}.txt"
    params: code="0"
    log: "logs/second/{{n}}.txt"
    shell: "touch {{output}}"
"""


def rows(_folder: Path | None, repeats: int) -> Iterator[Row]:
    for what, options in PLANS.items():
        plan = [sys.executable, "-m", "snakemake", "-n", "-q", *options]
        with tempfile.TemporaryDirectory() as home:
            jobs = jobs_of(options)
            (Path(home) / "Snakefile").write_text(ALONE.format(half=jobs // 2))
            alone = [*plan[:5], "--snakefile", f"{home}/Snakefile", "--directory", home]
            seconds = in_turns(lambda c=plan: run(c), lambda c=alone: run(c), repeats, spent)
        peer = f"Snakemake, {jobs:,} jobs of two rules"
        yield Row(
            AREA, what, peer, *seconds, 1, "plan", note="what Snakemake takes for as many jobs is the floor"
        )
    start = [sys.executable, "-m", "unjpeg", "split", "--help"]
    imports = [sys.executable, "-c", "import numpy, yaml, pydantic"]
    seconds = in_turns(lambda: run(start), lambda: run(imports), repeats, spent)
    yield Row(AREA, "start of a step without torch", "numpy, yaml and pydantic alone", *seconds, 1, "start")
    start = [sys.executable, "-c", "import unjpeg.restorer"]
    imports = [sys.executable, "-c", "import torch"]
    seconds = in_turns(lambda: run(start), lambda: run(imports), repeats, spent)
    yield Row(AREA, "start of a step with torch", "torch alone", *seconds, 1, "start")


def jobs_of(options: tuple[str, ...]) -> int:
    """Of a study that has nothing yet."""
    call = [sys.executable, "-m", "snakemake", "-n", *options]
    with tempfile.TemporaryDirectory() as home:
        call += ["--snakefile", str(ROOT / "Snakefile"), "--directory", home]
        said = subprocess.run(call, cwd=ROOT, check=True, capture_output=True, text=True)
    totals = [line for line in said.stdout.splitlines() if line.startswith("total")]
    return int(totals[-1].split()[1])


def spent() -> float:
    """Seconds of the processor that ended children took."""
    times = os.times()
    return times.children_user + times.children_system


def run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
