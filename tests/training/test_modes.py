"""`freeze_norm`: batch norm keeps its statistics through steps and validations; the rest is trained."""

import shutil

import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from unjpeg.provenance import ROOT
from unjpeg.training.learner import Learner
from unjpeg.training.modes import evaluating

from .conftest import TRAIN


def network():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout2d(0.5))
    model[1].running_mean += 0.5
    return model


@pytest.mark.parametrize("frozen", [True, False])
def test_statistics_stay_and_weights_move(frozen):
    settings = {**TRAIN, "ema": None, "freeze_norm": frozen}
    learner = Learner(Fabric(accelerator="cpu", devices=1), network(), settings)
    before = {name: value.clone() for name, value in learner.model.state_dict().items()}
    for _ in range(3):
        with evaluating(learner.model):
            assert not any(m.training for m in learner.model.modules())
        learner.step(learner.network(torch.rand(4, 3, 8, 8)).square().mean(), 1e-2)
    after = learner.model.state_dict()
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    trained = {"0.weight", "0.bias", "1.weight", "1.bias"}
    assert moved == trained | (set() if frozen else {k for k in after if "running" in k or "num_" in k})
    assert learner.model[1].training != frozen
    assert learner.model[2].training


@pytest.mark.parametrize("deterministic", [True, False])
def test_an_operation_that_cannot_repeat_itself_stops_a_deterministic_run(
    trainer, tmp_path, monkeypatch, deterministic
):
    """Written into a copy of the package: putting values at places that may repeat."""
    shutil.copytree(ROOT, tmp_path / "src/unjpeg", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "src/unjpeg/models/conv_unit.py"
    with open(path, "a") as file:
        file.write("\nimport torch")
        file.write("\nbefore = Model.forward\ndef forward(self, x):\n    torch.zeros(2).put_")
        file.write(
            "(torch.tensor([0, 0]), torch.ones(2))\n    return before(self, x)\nModel.forward = forward\n"
        )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    done = trainer(steps=1, deterministic=deterministic)
    if deterministic:
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "train.deterministic: put_ does not have a deterministic implementation" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
