"""A run small enough to be trained many times: real patches of a real photograph."""

import json
import subprocess
import sys
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


RUNNER = """
import glob, json, os, random, signal, sys, time
import torch, unjpeg.steps.train, unjpeg.training.state, unjpeg.training.reading, lightning_fabric
from unjpeg.cli import main
def newest(states):
    return max((int(f[-12:-3]) for f in glob.glob(states + "/*/step-*.pt")), default=0)
for argv, kill, states in json.load(sys.stdin):
    begin = newest(states)
    pid = os.fork()
    if not pid:
        os._exit(main(argv))
    while kill is not None and newest(states) < max(kill, begin + 1):
        time.sleep(0.001)
    if kill is not None:
        time.sleep(random.Random(kill).uniform(0, 0.02))
        os.kill(pid, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


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
        return subprocess.Popen(command(options, changes), stderr=subprocess.PIPE, text=True)

    def call(*options, **changes):
        return subprocess.run(command(options, changes), stderr=subprocess.PIPE, text=True)

    def series(*calls):
        """Exit codes of runs one after another, and all that they said; torch is imported once.

        A call: (options, changes), or (options, changes, step of a saved state after which it is killed).
        """
        argv = [(command(*c[:2])[3:], c[2] if c[2:] else None, str(tmp_path / "state")) for c in calls]
        done = subprocess.run(
            [sys.executable, "-c", RUNNER], input=json.dumps(argv), capture_output=True, text=True
        )
        return list(map(int, done.stdout.split())), done.stderr

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
