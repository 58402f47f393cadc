"""The three phases of NoGAN: a restorer, a critic that learns to tell its output, and both in turn."""

import csv
import json
import shutil

import numpy as np
import pytest
import torch

from unjpeg.store.weights import read_weights

from .conftest import FIRST

JUDGE = {"model": "judge", "arch": "patchgan", "settings": {"width": 8}, "channels": 1}
PLAN = {"weight": 0.1, "gate": 0.0, "generator_steps": 1, "critic_steps": 1, "critic_lr": 2.0}
CRITIC = {**JUDGE, "recipe": "critic", "ema": None, "parents": {"restorer": FIRST}}
GAN = {"recipe": "gan", "adversarial": PLAN, "parents": {"start_from": FIRST, "critic": JUDGE}}


def kept(trainer, name):
    """The folder of what was just trained, out of the way of the next run."""
    folder = trainer.folder / name
    trainer.out.rename(folder)
    return folder


@pytest.fixture(scope="module")
def parents(tmp_path_factory):
    return tmp_path_factory.mktemp("parents")


@pytest.fixture
def phases(trainer, parents):
    """Options that name the trained parents of a `gan` run, which are trained once."""
    first, judge = parents / "first", parents / "judge"
    if not judge.exists():
        assert trainer(steps=6).returncode == 0
        trainer.out.rename(first)
        done = trainer("--restorer", str(first), **CRITIC)
        assert done.returncode == 0, done.stderr
        trainer.out.rename(judge)
        shutil.rmtree(trainer.folder / "state")
    return ["--start-from", str(first), "--critic", str(judge)]


def history(trainer):
    with open(trainer.out / "history.csv", newline="") as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def test_a_critic_learns_to_tell(trainer):
    """From degraded patches, where no restorer is named."""
    changes = {**CRITIC, "parents": {}, "steps": 120, "val_every": 40, "lr": 2e-3, "batch": 16}
    assert trainer(**changes).returncode == 0
    rows = history(trainer)
    assert list(rows[0]) == ["step", "lr", "loss", "accuracy"]
    assert rows[-1]["accuracy"] > rows[0]["accuracy"] + 0.1
    assert rows[-1]["accuracy"] > 0.75
    assert rows[-1]["loss"] < rows[0]["loss"]


def test_all_phases_and_their_history(trainer, phases):
    done = trainer(*phases, **GAN)
    assert done.returncode == 0, done.stderr
    rows = history(trainer)
    names = ["loss", "adversarial", "critic_loss", "critic_accuracy", "val_psnr", "val_gain"]
    assert list(rows[0]) == ["step", "lr", *names]
    assert all(np.isfinite(list(row.values())).all() for row in rows)
    card = json.loads((trainer.out / "card.json").read_text())
    assert 0 <= card["critic_accuracy"] <= 1
    assert ("at chance" in card.get("note", "")) == (card["critic_accuracy"] < 0.6)
    assert card["parents"]["critic"]["model"] == "judge"


def test_a_critic_restores_nothing(phases):
    from unjpeg.errors import UserError
    from unjpeg.restorer import Restorer

    with pytest.raises(UserError, match="patchgan is a critic, it restores nothing"):
        Restorer(phases[3])


def test_the_gate_refuses_a_critic_that_cannot_tell(trainer, phases):
    done = trainer(*phases, **{**GAN, "adversarial": {**PLAN, "gate": 0.999}})
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "adversarial.gate wants 99.9 %" in done.stderr
    assert not any(trainer.out.iterdir())


def test_without_weight_it_is_regression(trainer, phases):
    """The critic's verdict counts nothing, so the restorer goes the same way, bit by bit."""
    assert trainer(*phases, **{**GAN, "adversarial": {**PLAN, "weight": 0.0}}).returncode == 0
    adversarial = read_weights(kept(trainer, "adversarial") / "model.safetensors")[0]
    assert trainer(*phases[:2], parents={"start_from": FIRST}).returncode == 0
    plain = read_weights(trainer.out / "model.safetensors")[0]
    assert all(np.array_equal(adversarial[name], plain[name]) for name in plain)
    shutil.rmtree(trainer.out)
    assert trainer(*phases, **GAN).returncode == 0
    judged = read_weights(trainer.out / "model.safetensors")[0]
    assert any(not np.array_equal(judged[name], plain[name]) for name in plain)


def test_the_restorers_step_leaves_the_critic_alone():
    from unjpeg import models
    from unjpeg.losses.adversarial import of_generator
    from unjpeg.training.adversary import as_image, frozen

    critic = models.load("patchgan").Model(channels=1, width=4)
    restored = torch.rand(2, 1, 32, 32, requires_grad=True)
    with frozen(critic):
        of_generator(critic(as_image(restored), restored.detach())).backward()
    assert restored.grad.abs().sum() > 0
    assert all(p.grad is None and p.requires_grad for p in critic.parameters())


def test_the_critic_sees_eight_bits_and_the_gradient_passes():
    from unjpeg.training.adversary import as_image

    restored = torch.tensor([-0.2, 0.1234, 0.5, 1.3], requires_grad=True)
    seen = as_image(restored)
    torch.testing.assert_close(seen, torch.tensor([0, 31 / 255, 128 / 255, 1]))
    seen.sum().backward()
    assert restored.grad.tolist() == [1, 1, 1, 1]


def test_several_updates_a_step(trainer, phases):
    """ARNet's five to two."""
    done = trainer(*phases, **{**GAN, "adversarial": {**PLAN, "generator_steps": 2, "critic_steps": 5}})
    assert done.returncode == 0, done.stderr
    assert np.isfinite([r["critic_loss"] for r in history(trainer)]).all()


@pytest.mark.parametrize(
    ("options", "changes", "says"),
    [
        ((), {}, "--start-from: small stands on first; give its folder"),
        (("--start-from", "{first}"), {}, "--critic: small stands on judge; give its folder"),
        (("--restorer", "{first}"), {"parents": {}, "recipe": "regression"}, "small names no restorer"),
        (("--start-from", "{judge}", "--critic", "{judge}"), {}, "not weights of this network"),
        (("--start-from", "{cut}", "--critic", "{judge}"), {}, "not a readable safetensors file"),
        (("--start-from", "nowhere", "--critic", "{judge}"), {}, "no such weights file"),
    ],
)
def test_wrong_parents_are_one_line_before_training(trainer, phases, options, changes, says):
    names = {"first": phases[1], "judge": phases[3], "cut": trainer.folder / "cut"}
    shutil.copytree(phases[1], names["cut"])
    weights = names["cut"] / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    done = trainer(*(option.format(**names) for option in options), **{**GAN, **changes})
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(trainer.folder.glob("state/*/step-*"))


def test_two_processes_do_not_train_a_critic_with_batch_norm_on_a_cpu(trainer, phases):
    done = trainer("--devices", "2", *phases, **{**GAN, "steps": 3, "val_every": 3, "ema": None})
    assert done.returncode != 0
    assert "--devices: on a CPU several processes cannot share batch norm; allowed: 1" in done.stderr
