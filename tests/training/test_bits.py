"""Repeated or resumed after every step, a training on a CPU ends with the same bits, whatever it carries."""

import json
import shutil

import numpy as np
import pytest

from unjpeg.store.features import write_features

from .conftest import FIRST

SHORT = {"steps": 8, "val_every": 3}
NETS = {
    "dncnn": {"arch": "dncnn", "settings": {"depth": 4, "width": 8}},
    "fbcnn": {"arch": "fbcnn", "settings": {"widths": [4, 4, 8, 8], "blocks": 2, "embedding": 8}},
    "histogram": {"arch": "histogram_net", "settings": {"width": 8, "dropout": 0.3}, "channels": 3},
    "patchgan": {"arch": "patchgan", "settings": {"width": 8}},
}
JUDGE = {"model": "judge", **NETS["patchgan"], "channels": 1}
PLAN = {"weight": 0.1, "gate": 0.0, "generator_steps": 2, "critic_steps": 1, "critic_lr": 2.0}
HALVED = {"optimiser": "adamw", "weight_decay": 1e-2, "schedule": "halve", "halve_every": 3, "clip": 0.01}
RUNS = {
    "average, cosine, warm-up": {},
    "bf16, AdamW, halved, clipped": {"precision": "bf16-mixed", **HALVED, "last_lr": 0.1, "ema": None},
    "momentum, the best, patience": {"optimiser": "sgd", "lr": 0.3, "select": "best", "patience": 1},
    "batch norm": {**NETS["dncnn"], "select": "best"},
    "batch norm, frozen": {**NETS["dncnn"], "freeze_norm": True},
    "float16": {"precision": "16-mixed", "clip": 0.1},
    "deterministic": {"deterministic": True, **NETS["dncnn"]},
    "quality": {"recipe": "quality", **NETS["fbcnn"]},
    "detector": {"recipe": "detector", **NETS["histogram"], "loss": {}},
    "critic": {"recipe": "critic", **NETS["patchgan"], "parents": {"restorer": FIRST}, "loss": {}},
    "gan": {"recipe": "gan", "adversarial": PLAN, "parents": {"start_from": FIRST, "critic": JUDGE}},
}


@pytest.fixture(scope="session")
def features(tmp_path_factory):
    """Tiles that are noise, a folder as `featurise` makes it."""
    folder, rng = tmp_path_factory.mktemp("features"), np.random.default_rng(0)
    lists = {"sources": '["a"]', "degradations": '["none", "q10", "q30+q60"]'}
    for part in ("train", "val"):
        tiles = [(rng.random((6, 120, 65), np.float32), 0, kind) for kind in range(3)]
        write_features(folder / f"{part}.h5", tiles, lists)
    return folder


@pytest.fixture
def calls(trainer, features, tmp_path):
    """`calls(name)`: the trainings that a run of RUNS stands on, and its options."""

    def made(changes):
        folders = {"restorer": "first", "start_from": "first", "critic": "judge"}
        options = ["--patches", str(features)] if changes.get("recipe") == "detector" else []
        for key in changes.get("parents", {}):
            options += [f"--{key.replace('_', '-')}", str(tmp_path / folders[key])]
        first = ["--output", str(tmp_path / "first")], {"steps": 1, "model": "first"}
        judge = ["--output", str(tmp_path / "judge")], {"steps": 1, **JUDGE, "recipe": "critic", "ema": None}
        return [first, judge] if changes.get("parents") else [], options

    return made


@pytest.mark.parametrize("name", RUNS)
def test_repeated_and_resumed_after_every_step_the_bits_are_the_same(trainer, calls, tmp_path, name):
    changes = {**SHORT, **RUNS[name]}
    before, options = calls(changes)
    again = [*options, "--state", str(tmp_path / "again"), "--output", str(tmp_path / "repeated")]
    sliced = [*options, "--state", str(tmp_path / "slices"), "--output", str(tmp_path / "sliced")]
    one_step = ([*sliced, "--max-seconds", "0.01"], changes)
    codes, said = trainer.series(
        *before, (options, changes), (again, changes), *[one_step] * SHORT["steps"], (sliced, changes)
    )
    assert set(codes[: len(before) + 2]) == {0}, said
    steps = json.loads((trainer.out / "card.json").read_text())["steps"]
    assert codes[len(before) + 2 :] == [85] * (steps - 1) + [0] * (SHORT["steps"] - steps + 2), said
    for file in ("model.safetensors", "history.csv"):
        once = (trainer.out / file).read_bytes()
        assert (tmp_path / "repeated" / file).read_bytes() == once
        assert (tmp_path / "sliced" / file).read_bytes() == once


@pytest.mark.parametrize("name", ["average, cosine, warm-up", "quality", "detector", "critic", "gan"])
def test_a_loss_that_explodes_stops_and_keeps_the_batch(trainer, calls, name):
    """Under every recipe; SGD with a huge learning rate."""
    changes = {**RUNS[name], "lr": 1e30, "optimiser": "sgd", "ema": None}
    before, options = calls(changes)
    codes, said = trainer.series(*before, (options, changes))
    assert codes[-1] == 2, said
    assert "Traceback" not in said
    (path,) = trainer.folder.glob("state/*/non-finite-step-*.pt")
    assert str(path) in said.splitlines()[-1]
    assert not any(trainer.out.iterdir())
    shutil.rmtree(path.parent)
