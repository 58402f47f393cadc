"""A run small enough to be trained many times: real patches of a real photograph."""

import json
import os
import random
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from skimage import data

from unjpeg.degradation import parse
from unjpeg.images import png, read_uint8
from unjpeg.jpeg import degrade, reference
from unjpeg.pairs import cut, draw, places
from unjpeg.store.encoded import write_encoded
from unjpeg.store.patches import write_patches

from ..forked import Forked, ended

DATA = {
    "degradations": ["gray-q10"],
    "patch": 32,
    "stride": 32,
    "per_image": None,
    "phase": "aligned",
    "copies": 1,
    "turns": True,
    "grays": 0.0,
    "scales": [1.0],
    "channels": 1,
}
TRAIN = {
    "loss": {"l2": 1.0},
    "steps": 24,
    "batch": 8,
    "optimiser": "adam",
    "lr": 1e-3,
    "betas": [0.9, 0.999],
    "weight_decay": 0.0,
    "last_lr": 1.0,
    "schedule": "cosine",
    "halve_every": None,
    "warmup": 2,
    "clip": None,
    "ema": 0.9,
    "freeze_norm": False,
    "patience": None,
    "val_every": 6,
    "select": "last",
    "precision": "32-true",
    "deterministic": False,
}
RUN = {
    "model": "small",
    "arch": "conv_unit",
    "settings": {"widths": [8, 8, 4], "init": "he", "skip": True},
    "recipe": "regression",
    "seed": 3,
    "channels": 1,
    "degradations": ["gray-q10"],
    "trained_on": ["a"],
    "train": TRAIN,
    "pretrained": False,
    "adversarial": None,
    "parents": {},
}
FIRST = {
    "model": "first",
    **{key: RUN[key] for key in ("arch", "settings", "channels")},
}


PYTHONPATH = os.environ.get("PYTHONPATH")


@pytest.fixture(scope="session")
def patches(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patches")
    photo = data.coffee()
    drawn = draw("coffee", photo.shape[:2], 0, 0, DATA)
    corners = places(drawn, DATA)
    pairs = ((low, high, 0, 0) for low, high in cut(photo, drawn, corners, DATA))
    attrs = {"sources": '["coffee"]', "degradations": '["gray-q10"]'}
    write_patches(folder / "train.h5", pairs, (len(corners), 32, 32, 1), 0, attrs)
    other = np.ascontiguousarray(data.astronaut()[300:371, 200:290])
    q10 = parse("gray-q10")
    write_encoded(
        folder / "val.h5", [("a", degrade(other, q10), png(reference(other, q10)))], {}, ("degraded", "clean")
    )
    assert read_uint8(degrade(other, q10)).shape == (71, 90, 1)
    return folder


@pytest.fixture
def trainer(patches, tmp_path):
    """`trainer(*options, **changes)` runs `unjpeg train` with changes of the run; `.start` does not wait."""

    def command(options, changes):
        run = {
            **RUN,
            **{k: v for k, v in changes.items() if k in RUN},
            "train": {**TRAIN, **{k: v for k, v in changes.items() if k in TRAIN}},
        }
        args = [
            "--run",
            json.dumps(run),
            "--patches",
            str(patches),
            "--output",
            str(tmp_path / "out"),
            "--state",
            str(tmp_path / "state"),
            "--threads",
            "1",
            "--device",
            "cpu",
            *options,
        ]
        return [sys.executable, "-m", "unjpeg", "train", *args]

    def start(*options, **changes):
        """A process; of an interpreter of its own where it starts others, or another PYTHONPATH was set."""
        argv = command(options, changes)
        if "--devices" in options or os.environ.get("PYTHONPATH") != PYTHONPATH:
            return subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
        return Forked(argv[3:])

    def call(*options, **changes):
        return ended(start(*options, **changes))

    def killed(options, changes, step):
        """Killed a moment after a state of this step or a later one is saved, one more than there was."""
        process, wanted = start(*options, **changes), max(step, newest() + 1)
        while newest() < wanted and process.poll() is None:
            time.sleep(0.001)
        time.sleep(random.Random(step).uniform(0, 0.02))
        process.kill()
        return ended(process)

    def newest():
        return max((int(path.stem[5:]) for path in tmp_path.glob("state/*/step-*.pt")), default=0)

    def series(*calls):
        """Exit codes of runs one after another, and all that they said.

        A call: (options, changes), or (options, changes, step of a saved state after which it is killed).
        """
        done = [killed(*c) if c[2:] else call(*c[0], **c[1]) for c in calls]
        return [each.returncode for each in done], "".join(each.stderr for each in done)

    def clear():
        """Empty the folder, for a run that knows of no other."""
        for path in sorted(tmp_path.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    call.series, call.clear = series, clear
    call.start, call.folder, call.out, call.command = start, tmp_path, tmp_path / "out", command
    call.result = lambda: SimpleNamespace(
        weights=(tmp_path / "out/model.safetensors").read_bytes(),
        history=(tmp_path / "out/history.csv").read_bytes(),
    )
    return call
