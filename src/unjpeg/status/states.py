"""The folders in which runs keep their states: whose each is, how far it came, whether it is needed."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from unjpeg.config.study import Study
from unjpeg.provenance import digest_of
from unjpeg.status.disk import size
from unjpeg.training.identity import WEIGHTS, files_of_run, made_of_run
from unjpeg.training.lock import held, written

TAIL = 8192  # bytes of a log that are read for its last line of progress


@dataclass(frozen=True)
class RunState:
    """What is known of results/<study>/state/<model>-<digest>/.

    state: `running` (a process holds it), `finished` (the model stands and was made by this run),
    `stopped` (the next training of the model goes on here), `stale` (no run of the config has this digest),
    `unknown` (what the run learns from is not there, so it has no digest yet). named: whether a run of the
    config has this digest, None where that is unknown. left: time left, as the log says it.
    """

    folder: Path
    model: str
    digest: str
    state: str
    named: bool | None
    owner: str | None
    step: int
    steps: int | None
    left: str | None
    bytes: int


def states(study: Study, results: Path, parameters: Path) -> list[RunState]:
    """All of a study, by name. results: its folder; parameters: the folder of parameter files.

    Links, and folders that are not named like a state, are left out.
    """
    current = cache(lambda model: _digest(study, model, results, parameters))
    found = []
    for folder in sorted((results / "state").glob("*-*")):
        model, _, digest = folder.name.rpartition("-")
        if not folder.is_symlink() and folder.is_dir() and re.fullmatch("[0-9a-f]{12}", digest):
            named = model in study.models and ((now := current(model)) and now == digest)
            found.append(_state(folder, model, digest, named, study, results))
    return found


def finished(folder: Path, results: Path) -> bool:
    """Whether the model stands that this state's run made."""
    model, _, digest = folder.name.rpartition("-")
    home = results / "models" / model
    try:
        return (home / WEIGHTS).is_file() and json.loads((home / "card.json").read_text())["run"] == digest
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _state(
    folder: Path, model: str, digest: str, named: bool | None, study: Study, results: Path
) -> RunState:
    owner = str(written(folder) or "a process") if (running := held(folder)) else None
    if running:
        state = "running"
    elif finished(folder, results):
        state = "finished"
    else:
        state = {True: "stopped", False: "stale", None: "unknown"}[named]
    step = max([int(path.stem[5:]) for path in folder.glob("step-*.pt")], default=0)
    steps = study.models[model].train.steps if named else None
    left = None
    if running and (shown := _progress(results / "logs" / f"train-{model}.txt", model, folder / "lock")):
        step, steps, left = max(step, shown[0]), shown[1], shown[2]
    return RunState(folder, model, digest, state, named, owner, step, steps, left, size(folder))


def _progress(log: Path, model: str, lock: Path) -> tuple[int, int, str] | None:
    """(step, steps, time left) of the last line of progress, where the log is of the lock's owner."""
    try:
        if log.stat().st_mtime < lock.stat().st_mtime:
            return None
        with open(log, "rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return None
    lines = re.findall(rf"{re.escape(model)} \[[#-]+\] (\d+)/(\d+) \S+ steps/s, (\S+) left", text)
    return (int(lines[-1][0]), int(lines[-1][1]), lines[-1][2]) if lines else None


def _digest(study: Study, model: str, results: Path, parameters: Path) -> str | None:
    """Digest of the run that the config names, or None where what it stands on is not there."""
    import h5py

    run = study.models[model]
    data = results / ("features" if run.task == "detect" else "patches") / run.data
    try:
        digests = []
        for name in ("train.h5", "val.h5"):
            with h5py.File(data / name) as file:
                digests.append(str(file.attrs["digest"]))
        plan = json.loads(json.dumps(study.run_of(model)))
        parents = {key: results / "models" / parent for key, parent in run.parents.items()}
        return digest_of(made_of_run(plan, tuple(digests), files_of_run(plan, parameters), parents))
    except (OSError, KeyError):
        return None
