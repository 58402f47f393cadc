"""What Snakemake says of a study: which files it wants, and which jobs it would run, and why.

Both are read from what its command line prints (9.20 and later), which takes no lock: a table of
`--summary`, one line per wanted file, and the `reason` of each job of `--dry-run`.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.provenance import ROOT
from unjpeg.status.reasons import causes

SNAKEFILES = ("Snakefile", "workflow/Snakefile")  # where Snakemake itself looks


@dataclass(frozen=True)
class Jobs:
    """Jobs of one rule that would run for the same reasons. what: `train unit`, `score` (of several)."""

    what: str
    count: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """wanted: paths that the workflow makes, with whether each is there. locked: Snakemake runs, or died."""

    wanted: dict[str, bool]
    jobs: list[Jobs]
    locked: bool


def asked(config: Path) -> Wish:
    """Snakemake's answer in the working folder; `UserError` with its last line where it has none."""
    summary = _snakemake(config, "--summary")
    plan = _snakemake(config, "--dry-run")
    return Wish(wanted_files(summary), planned(plan), "Directory cannot be locked" in plan)


def wanted_files(summary: str) -> dict[str, bool]:
    """Paths of a summary, and whether each is there (it has a date)."""
    rows = [line.split("\t") for line in summary.splitlines() if line.count("\t") >= 5]
    return {path: date != "-" for path, date, *_ in rows if path != "output_file"}


def planned(plan: str) -> list[Jobs]:
    """Jobs of a dry run in its order, those of one rule and reason as one; rule `all` is left out."""
    groups: dict[tuple, list[str]] = {}
    for block in re.split(r"\n(?=(?:local)?(?:rule|checkpoint) [^\s:]+:\n)", plan)[1:]:
        rule = re.match(r"(?:local)?(?:rule|checkpoint) ([^\s:]+)", block)[1]
        if rule != "all":
            why = tuple(causes(_field(block, "reason"), rule))
            groups.setdefault((rule, why), []).append(_name(rule, _field(block, "wildcards")))
    return [
        Jobs(names[0] if len(names) == 1 else rule, len(names), why) for (rule, why), names in groups.items()
    ]


def _field(block: str, name: str) -> str:
    found = re.search(rf"\n    {name}: (.*)", block)
    return found[1].strip() if found else ""


def _name(rule: str, wildcards: str) -> str:
    values = [w.partition("=") for w in wildcards.split(", ") if w]
    return " ".join([rule.replace("train_", "train ", 1), *(v for k, _, v in values if k != "study")])


def _snakemake(config: Path, option: str) -> str:
    if any(map(Path.is_file, map(Path, SNAKEFILES))):
        where = []
    elif (own := ROOT.parents[1] / "Snakefile").is_file():
        where = ["--snakefile", str(own)]
    else:
        raise UserError(f"no Snakefile in {Path.cwd()}: want the folder in which you run snakemake")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "host", *where, option]
    done = subprocess.run(
        [*command, "--configfile", str(config)], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise UserError(f"snakemake {option}: {lines[-1] if lines else f'exit code {done.returncode}'}")
    return done.stdout + done.stderr
