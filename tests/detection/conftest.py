"""Tiles of scikit-image's photographs, and a detector trained on them until it knows q10 from nothing."""

import json
import subprocess
import sys

import numpy as np
import pytest
from skimage import data

from unjpeg.dct import histograms
from unjpeg.degradation import parse
from unjpeg.images import luma_full, read_uint8
from unjpeg.jpeg import degrade
from unjpeg.store.features import write_features

DEGRADATIONS = ["none", "q10", "q30+s4x4+q60"]


def plane(pixels, text):
    """Luma of a degraded image."""
    return luma_full(read_uint8(degrade(pixels, parse(text))))


def cut(pixels, count, seed):
    """Windows of 256x256 at drawn places."""
    rng = np.random.default_rng(seed)
    corners = [[rng.integers(side - 264) for side in pixels.shape[:2]] for _ in range(count)]
    return [np.ascontiguousarray(pixels[r : r + 264, c : c + 264]) for r, c in corners]


@pytest.fixture(scope="session")
def features(tmp_path_factory):
    """Folder with train.h5 (coffee, cat, rocket) and val.h5 (astronaut)."""
    folder = tmp_path_factory.mktemp("features")
    photos = {"train": [data.coffee(), data.chelsea(), data.rocket()], "val": [data.astronaut()]}
    for part, images in photos.items():
        items = (
            (np.stack([histograms(plane(w, text)[:256, :256]) for w in cut(image, 6, [k, n])]), n, k)
            for n, image in enumerate(images)
            for k, text in enumerate(DEGRADATIONS)
        )
        lists = {"sources": json.dumps([str(n) for n in range(len(images))])}
        write_features(folder / f"{part}.h5", items, {**lists, "degradations": json.dumps(DEGRADATIONS)})
    return folder


TRAIN = {
    **{"loss": {}, "steps": 120, "batch": 18, "optimiser": "adamw", "lr": 3e-3, "betas": [0.9, 0.999]},
    **{"weight_decay": 1e-3, "last_lr": 1.0, "schedule": "cosine", "halve_every": None, "warmup": 5},
    **{"clip": None, "ema": None, "freeze_norm": False, "val_every": 20, "select": "best"},
    **{"patience": None, "precision": "32-true", "deterministic": False},
}
RUN = {
    **{
        "model": "tiny",
        "arch": "histogram_net",
        "settings": {"width": 16, "dropout": 0.0},
        "recipe": "detector",
    },
    **{"seed": 3, "channels": 3, "degradations": ["none", "q10"], "trained_on": ["a"], "pretrained": False},
    **{"adversarial": None, "parents": {}},
}


def train(features, out, *options, **changes):
    run = {**RUN, "train": {**TRAIN, **changes}}
    args = ["--run", json.dumps(run), "--patches", features, "--output", out, "--state", out / "state"]
    command = [sys.executable, "-m", "unjpeg", "train", *map(str, args), "--threads", "1", "--device", "cpu"]
    return subprocess.run([*command, *options], capture_output=True, text=True)


@pytest.fixture(scope="session")
def trainer():
    """`trainer(features, out, *options, **changes)` runs `unjpeg train`."""
    return train


@pytest.fixture(scope="session")
def detector(features, tmp_path_factory):
    """Folder of a trained detector."""
    out = tmp_path_factory.mktemp("detector")
    done = train(features, out)
    assert done.returncode == 0, done.stderr
    return out
