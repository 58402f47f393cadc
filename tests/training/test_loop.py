import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch

from unjpeg.provenance import constant_of, modules_in
from unjpeg.store.patches import Patches
from unjpeg.training.batches import Batches
from unjpeg.training.optimise import learning_rate, optimiser, set_learning_rate

from .conftest import FIRST

CARDS = {arch: constant_of(f"unjpeg.models.{arch}", "CARD") for arch in modules_in("models")}
RESTORERS = [arch for arch, card in CARDS.items() if card["task"] == "restore" and 1 in card["channels"]]


def history(trainer):
    lines = (trainer.out / "history.csv").read_text().splitlines()
    assert lines[0] == "step,lr,loss,val_psnr,val_gain"
    return [dict(zip(lines[0].split(","), map(float, line.split(",")))) for line in lines[1:]]


def test_it_learns(trainer):
    """A small network, which starts as the identity, gains on an image of another photograph."""
    settings = {"widths": [24, 12, 8], "init": "he", "skip": True}
    changes = {"lr": 2e-3, "batch": 32, "ema": None, "val_every": 50}
    assert trainer(arch="ar_cnn", settings=settings, steps=200, **changes).returncode == 0
    rows = history(trainer)
    assert [r["step"] for r in rows] == [50, 100, 150, 200]
    assert rows[-1]["val_gain"] > 0.05
    assert rows[-1]["loss"] < rows[0]["loss"]


@pytest.mark.parametrize("select", ["last", "best"])
def test_the_weights_kept_are_those_scored(trainer, patches, select):
    from unjpeg import models
    from unjpeg.restorer import Restorer
    from unjpeg.training.validation import Validation

    assert trainer(steps=18, lr=3e-2, ema=None, schedule="constant", select=select).returncode == 0
    card = json.loads((trainer.out / "card.json").read_text())
    restorer = Restorer(trainer.out)
    score = Validation(patches / "val.h5", models.load("conv_unit").CARD)(
        restorer.model, torch.device("cpu")
    )["val_psnr"]
    scores = [r["val_psnr"] for r in history(trainer)]
    assert score == pytest.approx(max(scores) if select == "best" else scores[-1], abs=1e-4)
    best = 6 * (1 + int(np.argmax(scores)))
    assert card["kept_step"] == (best if select == "best" else 18)


def test_start_from_is_where_it_starts(trainer, tmp_path):
    assert trainer(steps=6).returncode == 0
    trainer.out.rename(tmp_path / "first")
    assert (
        trainer(
            *("--start-from", str(tmp_path / "first")),
            **{"steps": 1, "lr": 1e-12, "ema": None, "warmup": 0, "parents": {"start_from": FIRST}},
        ).returncode
        == 0
    )
    from unjpeg.store.weights import read_weights

    first, second = (read_weights(p / "model.safetensors")[0] for p in (tmp_path / "first", trainer.out))
    for name, value in first.items():
        np.testing.assert_allclose(second[name], value, atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"arch": "ar_cn"}, "no arch 'ar_cn'; did you mean 'ar_cnn'?"),
        ({"channels": 3}, "patches of 1 channels, the run wants 3"),
        ({"loss": {"l3": 1.0}}, "no loss 'l3'"),
        ({"settings": {"widths": [8, -8, 4]}}, "conv_unit cannot be built with {'widths': [8, -8, 4]}"),
        ({"settings": {"widht": [4]}}, "no setting of conv_unit 'widht'; did you mean 'widths'?"),
    ],
)
def test_mistakes_are_one_line_before_training(trainer, changes, says):
    done = trainer(**changes)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("arch", RESTORERS)
def test_every_network_trains(trainer, arch):
    """A few steps of each file of models/ that restores gray images; a new one is tested by being there."""
    from unjpeg import models

    module = models.load(arch)
    done = trainer(arch=arch, settings=module.TINY, steps=2, val_every=2, ema=None)
    assert done.returncode == 0, done.stderr
    assert np.isfinite([r["val_psnr"] for r in history(trainer)]).all()


def test_every_pass_takes_each_patch_once_in_an_order_of_its_own(patches):
    count = len(Patches(patches / "train.h5"))
    batches = Batches(Patches(patches / "train.h5"), count // 3, seed=0)
    seen = np.concatenate([batches.indices(step) for step in range(7)])
    first, second = seen[:count], seen[count : 2 * count]
    assert sorted(first) == sorted(second) == list(range(count))
    assert list(first) != list(second)
    assert list(batches.indices(2)) == list(seen[2 * (count // 3) : 3 * (count // 3)])  # any step, any time


def test_ranks_share_a_batch(patches):
    whole, *parts = (
        Batches(Patches(patches / "train.h5"), 12, 0, rank, world) for rank, world in ((0, 1), (0, 2), (1, 2))
    )
    joined = np.stack([p.indices(5) for p in parts], 1).ravel()
    assert list(joined) == list(whole.indices(5))


def test_two_processes_equal_one(trainer, tmp_path):
    from unjpeg.store.weights import read_weights

    assert trainer(steps=6, ema=None).returncode == 0
    trainer.out.rename(tmp_path / "one")
    shutil.rmtree(tmp_path / "state")
    done = trainer("--devices", "2", steps=6, ema=None)
    assert done.returncode == 0, done.stderr
    assert json.loads((trainer.out / "card.json").read_text())["devices"] == 2
    one, two = (read_weights(p / "model.safetensors")[0] for p in (tmp_path / "one", trainer.out))
    for name, value in one.items():
        np.testing.assert_allclose(two[name], value, atol=1e-5)


def test_learning_rates():
    train = {"lr": 1.0, "steps": 100, "warmup": 10, "schedule": "cosine", "halve_every": None}
    assert learning_rate(0, train) == pytest.approx(0.1)
    assert learning_rate(10, train) == pytest.approx(1.0)
    assert learning_rate(55, train) == pytest.approx(0.505)
    assert learning_rate(99, train) == pytest.approx(0.01, abs=1e-3)
    halve = {**train, "schedule": "halve", "halve_every": 20, "warmup": 0}
    assert [learning_rate(s, halve) for s in (0, 19, 20, 40)] == [1, 1, 0.5, 0.25]


def test_the_last_layer_has_a_rate_of_its_own():
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Conv2d(2, 1, 3))
    train = {"lr": 1.0, "betas": [0.9, 0.99], "weight_decay": 0, "last_lr": 0.1, "optimiser": "adam"}
    train["precision"] = "32-true"
    optimizer = optimiser(model, train)
    set_learning_rate(optimizer, 0.5)
    rates = {id(p): g["lr"] for g in optimizer.param_groups for p in g["params"]}
    assert [rates[id(p)] for p in model.parameters()] == [0.5, 0.5, 0.05, 0.05]


def test_the_training_path_imports_little(trainer):
    """torch, numpy, h5py, Pillow and Fabric, with what they bring; nothing that a bare machine lacks."""
    probe = (
        "import sys; from unjpeg.cli import main; code = main(sys.argv[1:]);"
        "print(*{m.split('.')[0] for m in sys.modules}); sys.exit(code)"
    )
    verb = trainer.command((), {"steps": 1})[3:]
    done = subprocess.run([sys.executable, "-c", probe, *verb], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ours = {
        "pydantic",
        "yaml",
        "pandas",
        "scipy",
        "skimage",
        "safetensors",
        "pyiqa",
        "torchvision",
        "matplotlib",
        "snakemake",
        "cv2",
        "jinja2",
    }
    assert not ours & set(done.stdout.split())
