"""SIGKILL in the middle of each verb: no half file under a final name, and the next run completes.

The commands are those of the smoke study's plan. Moments are drawn over the time of an undisturbed run; one
more kill comes as soon as something is written. `cost` is not here: its numbers differ from run to run.
"""

import os
import random
import re
import shlex
import shutil
import time
from pathlib import Path

import pytest

from ..checkout import planned
from ..forked import Forked, ended

pytestmark = pytest.mark.slow
VERBS = ["split", "compress", "patches", "featurise", "restore-set", "score", "tables", "plots", "page"]
VERBS += ["leaks", "rates", "detect", "fetch"]
KILLS = 3  # at drawn moments


@pytest.fixture(scope="module")
def plan(finished):
    """First command of each verb in the study's plan: arguments, and the paths that it makes."""
    done = finished.snakemake("-n", "-p", "--forceall", "--cores", "1")
    found = {}
    for job in planned(done):
        if call := re.search(r"unjpeg (\S+) (.*?) >\S+ 2>&1", job.text):
            outputs = [o.split(" (")[0] for o in job.fields["output"].split(", ")]
            found.setdefault(call[1], (shlex.split(call[2]), [Path(o) for o in outputs]))
    # A data set is its whole folder; a rule may name a figure of several in one folder.
    found["fetch"] = (found["fetch"][0], [path.parent for path in found["fetch"][1]])
    return found


@pytest.fixture(scope="module")
def place(finished, tmp_path_factory):
    """A copy of what the study made."""
    folder = tmp_path_factory.mktemp("killed")
    for name in ("results", "resources", "config"):
        shutil.copytree(finished.folder / name, folder / name)
    return folder


def files(folder: Path, outputs: list[Path]) -> dict[str, bytes]:
    """Content of all that stands under the outputs' final names."""
    found = {}
    for path in (folder / output for output in outputs):
        for file in path.rglob("*") if path.is_dir() else [path]:
            if file.is_file() and not file.name.startswith("."):
                found[file.relative_to(folder).as_posix()] = file.read_bytes()
    return found


def removed(folder: Path, outputs: list[Path]) -> None:
    for path in (folder / output for output in outputs):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def changed(folder: Path, outputs: list[Path]) -> set[tuple[str, int]]:
    places = {
        (folder / output) if (folder / output).is_dir() else (folder / output).parent for output in outputs
    }
    return {(entry.path, entry.inode()) for at in places if at.is_dir() for entry in os.scandir(at)}


def complete(folder: Path, verb: str, arguments: list[str]) -> float:
    """Seconds of a run to its end."""
    begin, done = time.monotonic(), ended(Forked([verb, *arguments], folder))
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begin


@pytest.mark.parametrize("verb", VERBS)
def test_a_killed_verb_leaves_no_half_file_and_the_next_run_completes(verb, plan, place):
    arguments, outputs = plan[verb]
    removed(place, outputs)
    seconds = complete(place, verb, arguments)
    whole, moments = files(place, outputs), random.Random(verb)
    assert whole
    for number in range(KILLS + 1):
        removed(place, outputs)
        before, run = changed(place, outputs), Forked([verb, *arguments], place)
        if number < KILLS:
            time.sleep(moments.uniform(0.1, 1) * seconds)
        else:
            while run.poll() is None and changed(place, outputs) == before:
                pass
        run.kill()
        run.communicate()
        for name, data in files(place, outputs).items():
            assert data == whole[name], f"{name} is not whole"
        if number % 2:  # from what was left, or from nothing
            complete(place, verb, arguments)
            assert files(place, outputs) == whole
    complete(place, verb, arguments)
    assert files(place, outputs) == whole
