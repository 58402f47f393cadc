"""A study with one model that was really trained, without Snakemake."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from unjpeg.config.study import check_study
from unjpeg.images import png
from unjpeg.store.encoded import write_encoded
from unjpeg.store.patches import write_patches

from ..forked import Forked, ended

STEPS = 3


class Place:
    """The folder that everything runs in, and the config in it."""

    def __init__(self, folder: Path, config: dict):
        self.folder, self.config = folder, config
        self.results = folder / "results" / "smoke"
        self.write()

    def write(self, **train) -> None:
        """Write the config, with changes of the model's `train`."""
        self.config["models"]["car"]["train"].update(train)
        (self.folder / "smoke.yaml").write_text(yaml.safe_dump(self.config))

    def command(self, *options: str) -> list[str]:
        run = check_study(self.config, "config").run_of("car")
        places = ["--patches", "results/smoke/patches/gray", "--output", "results/smoke/models/car"]
        places += ["--state", "results/smoke/state", "--threads", "1", "--device", "cpu"]
        return ["train", "--run", json.dumps(run), *places, *options]

    def train(self, *options: str) -> Path:
        """Train the model; the folder of its state."""
        before = set(self.results.glob("state/*"))
        done = ended(Forked(self.command(*options), self.folder))
        assert done.returncode in (0, 85), done.stderr
        return next(iter(set(self.results.glob("state/*")) - before), None)

    def unjpeg(self, *words: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "unjpeg", *words]
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    def states(self) -> set[str]:
        return {path.name for path in self.results.glob("state/*")}


@pytest.fixture
def place(root, tmp_path):
    config = yaml.safe_load((root / "tests" / "smoke.yaml").read_text("utf-8"))
    config["models"] = {"car": {**config["models"]["car"], "train": {"steps": STEPS, "batch": 4}}}
    drawn = np.random.default_rng(0).integers(0, 256, (8, 2, 32, 32, 1), np.uint8)
    attrs = {"sources": '["a"]', "degradations": '["gray-q10"]'}
    folder = tmp_path / "results" / "smoke" / "patches" / "gray"
    pairs = ((low, high, 0, 0) for low, high in drawn)
    write_patches(folder / "train.h5", pairs, (8, 32, 32, 1), 0, attrs)
    pair = [png(image) for image in drawn[0]]
    write_encoded(folder / "val.h5", [("a", *pair)], {}, ("degraded", "clean"))
    return Place(tmp_path, config)
