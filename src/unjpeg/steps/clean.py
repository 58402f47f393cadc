"""Remove what a study no longer needs: states of finished runs, partial files of dead processes.

Lists it and asks first. Results, states of unfinished runs and whatever a living process holds stay. Without
its state a finished model that is lost is trained again. It knows the processes of this machine and the
trainings that are jobs of Slurm; partial files of other machines stay for a day.
"""

import argparse
import sys
from pathlib import Path

from unjpeg.config.study import read_study
from unjpeg.errors import UserError
from unjpeg.status.disk import shown
from unjpeg.status.leftovers import leftovers, remove
from unjpeg.status.states import states


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "config", nargs="?", type=Path, default=Path("config/config.yaml"), help="(config/config.yaml)"
    )
    parser.add_argument(
        "--stale", action="store_true", help="also states that no run of the config names any more"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    study = read_study(args.config)
    results, shared = Path("results") / study.study, Path("resources")
    kept = states(study, results, shared / "metrics")
    found = leftovers(kept, [results, shared], args.stale)
    if not found:
        print("nothing to remove")
        return 0
    for leftover in found:
        print(f"{shown(leftover.bytes):>12}  {leftover.path}  ({leftover.why})")
    total = f"{len(found)} of {shown(sum(leftover.bytes for leftover in found))}"
    if not args.yes:
        if not sys.stdin.isatty():
            raise UserError(f"nobody to ask whether to remove these {total}; --yes removes them")
        if input(f"Remove these {total}? [y/N] ").strip().lower() not in ("y", "yes"):
            print("nothing removed")
            return 1
    gone = 0
    for leftover in found:
        if why := remove(leftover, results):
            print(f"kept {leftover.path}: {why}")
        else:
            gone += leftover.bytes
    print(f"removed {shown(gone)}")
    return 0
