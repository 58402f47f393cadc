"""Say what a study has, what is training, what would run again and why.

Run it where you run snakemake; it takes no lock and changes nothing.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from unjpeg.config.study import read_study
from unjpeg.status.disk import shown
from unjpeg.status.snakemake import Wish, asked
from unjpeg.status.stages import Stage, stages
from unjpeg.status.states import RunState, states


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "config", nargs="?", type=Path, default=Path("config/config.yaml"), help="(config/config.yaml)"
    )
    parser.add_argument("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> None:
    study = read_study(args.config)
    results = Path("results") / study.study
    wish = asked(args.config)
    kept = states(study, results, Path("resources/metrics"))
    table = stages(results, wish.wanted)
    if args.json:
        print(json.dumps(_record(study.study, table, kept, wish), indent=1, default=str))
        return
    print(f"study {study.study} ({args.config})\n")
    print(f"{'':12}{'files':>12}{'on disk':>12}")
    for stage in table:
        files = f"{stage.present}/{stage.wanted}" if stage.wanted else ""
        print(f"{stage.name:12}{files:>12}{shown(stage.bytes):>12}")
    _list("training now", [_running(state) for state in kept if state.state == "running"])
    _list("states kept", _kept([state for state in kept if state.state != "running"]))
    _list(
        "would run",
        [
            f"{job.what}{f' ({job.count} jobs)' if job.count > 1 else ''}: {', '.join(job.why)}"
            for job in wish.jobs
        ],
    )
    if wish.locked:
        print("\nSnakemake runs here, or was killed (then `snakemake --unlock`)")


def _list(title: str, lines: list[str]) -> None:
    print(f"\n{title}:{'' if lines else ' nothing'}")
    for line in lines:
        print(f"  {line}")


def _running(state: RunState) -> str:
    steps = f" of {state.steps}" if state.steps else ""
    left = f", {state.left} left" if state.left else ""
    other = "" if state.named is not False else "; the config names no such run any more"
    return f"{state.model}: {state.owner}, step {state.step}{steps}{left}{other}"


def _kept(states: list[RunState]) -> list[str]:
    """A line for each; one for all of finished runs, of which there are many."""
    done = [state.bytes for state in states if state.state == "finished"]
    lines = [f"{len(done)} of finished runs, {shown(sum(done))}; `unjpeg clean` removes them"] if done else []
    says = {
        "stopped": "snakemake goes on there",
        "stale": "the config names no such run any more; `unjpeg clean --stale` removes it",
        "unknown": "what it learns from is not there",
    }
    for state in (state for state in states if state.state in says):
        after = f"stopped after step {state.step}{f' of {state.steps}' if state.steps else ''}"
        lines.append(f"{state.folder.name} ({shown(state.bytes)}): {after}; {says[state.state]}")
    return lines


def _record(study: str, table: list[Stage], kept: list[RunState], wish: Wish) -> dict:
    return {
        "study": study,
        "stages": [asdict(stage) for stage in table],
        "states": [asdict(state) for state in kept],
        "would_run": [asdict(jobs) for jobs in wish.jobs],
        "locked": wish.locked,
    }
