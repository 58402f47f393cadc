"""The recipe `detector`: balanced batches, early stopping, a temperature; slices end alike."""

import json
from collections import Counter

import numpy as np
import pytest
import torch

from unjpeg.store.features import Features, write_features
from unjpeg.training.tiles import Balanced, TileValidation, temperature


def test_it_learns(detector):
    card = json.loads((detector / "card.json").read_text())
    rows = [line.split(",") for line in (detector / "history.csv").read_text().splitlines()]
    last = dict(zip(rows[0], rows[-1]))
    assert float(last["val_accuracy"]) >= 0.9
    assert float(last["val_quality"]) < 10
    assert 0.05 <= card["temperature"] <= 20
    assert card["steps"] == 120


def test_batches_are_balanced_and_pass_over_all(features):
    read = Features(features / "train.h5")
    batches = Balanced(read, 18, seed=1)
    steps = [batches.indices(step) for step in range(3)]
    for places in steps:
        assert np.bincount(read.classes[places]).tolist() == [6, 6, 6]
    assert sorted(np.concatenate(steps)) == list(range(54))
    again = Balanced(read, 18, seed=1)
    assert (again.indices(2) == steps[2]).all()
    halves = [Balanced(read, 18, 1, rank, 2).indices(0) for rank in (0, 1)]
    assert sorted(np.concatenate(halves)) == sorted(steps[0])


def test_last_qualities_take_turns_in_each_class(tmp_path):
    lists = {"sources": '["a"]', "degradations": json.dumps(["none", "q10", "q30", "q50+q30", "q75+q30"])}
    zeros = np.zeros((8, 120, 65), np.float32)
    write_features(tmp_path / "f.h5", [(zeros[:n], 0, k) for k, n in enumerate((3, 2, 5, 8, 8))], lists)
    read = Features(tmp_path / "f.h5")
    places = np.concatenate([Balanced(read, 12, seed=0).indices(step) for step in range(10)])
    seen = Counter(zip(read.classes[places].tolist(), read.qualities[places].tolist()))
    assert seen == {(0, 0): 40, (1, 10): 20, (1, 30): 20, (2, 30): 40}


def test_accuracy_counts_classes_alike(features):
    read = Features(features / "val.h5")

    class Always(torch.nn.Module):
        def forward(self, x):
            return torch.tensor([[0.0, 1.0, 0.0]]).expand(len(x), 3)

    found = TileValidation(read)(Always(), torch.device("cpu"))
    assert found["val_accuracy"] == pytest.approx(1 / 3)
    assert set(found) == {"val_accuracy", "val_loss"}


def test_the_temperature_undoes_a_scale():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(20_000, 3, generator=generator) * 2
    classes = torch.multinomial(torch.softmax(logits, 1), 1, generator=generator)[:, 0]
    assert temperature(3 * logits, classes) == pytest.approx(3, rel=0.06)


def test_it_stops_early_and_keeps_the_best(features, tmp_path, trainer):
    done = trainer(features, tmp_path, steps=4000, val_every=5, patience=3, lr=1e-9)
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["steps"] == card["kept_step"] + 15 < 4000
