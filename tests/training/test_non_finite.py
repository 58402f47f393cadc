"""What is kept of a run whose loss exploded shows the explosion again."""

import math

import pytest
import torch
from lightning_fabric import Fabric

from unjpeg import models
from unjpeg.store.patches import Patches
from unjpeg.training.learner import Learner, NonFiniteError

from .conftest import RUN, TRAIN


@pytest.mark.parametrize("lr", [1e30, 30.0])
def test_the_kept_batch_gives_the_loss_again(trainer, patches, lr):
    done = trainer(lr=lr, ema=None, schedule="constant", optimiser="sgd")
    assert done.returncode == 2
    (path,) = trainer.folder.glob("state/*/non-finite-step-*.pt")
    kept = torch.load(path, weights_only=True)
    assert f"at step {kept['step']}; its patches and the weights before it are in {path}" in done.stderr
    assert (kept["seed"], len(kept["places"])) == (RUN["seed"], TRAIN["batch"])
    source = Patches(patches / "train.h5")
    degraded, clean = (kept["batch"][name] for name in ("degraded", "clean"))
    assert torch.equal(degraded, torch.from_numpy(source.degraded[kept["places"].numpy()]))
    assert torch.equal(clean, torch.from_numpy(source.clean[kept["places"].numpy()]))
    model = models.load("conv_unit").Model(channels=1, **RUN["settings"])
    model.load_state_dict(kept["model"])
    assert all(torch.isfinite(p).all() for p in model.parameters())
    x, y = (a.permute(0, 3, 1, 2) / 255 for a in (degraded, clean))
    loss = (model(x) - y).square().mean()
    loss.backward()
    gradients = torch.stack([p.grad.square().sum() for p in model.parameters()])
    said = "loss" if "the loss of conv_unit is" in done.stderr else "gradient"
    assert not math.isfinite(loss.item()) if said == "loss" else not torch.isfinite(gradients).all()


@pytest.mark.parametrize("clip", [None, 1.0])
def test_a_gradient_that_is_no_number_touches_no_weight(clip):
    """The square root has a finite value at 0 and no finite slope."""
    torch.manual_seed(0)
    learner = Learner(
        Fabric(accelerator="cpu", devices=1), torch.nn.Conv2d(1, 1, 3), {**TRAIN, "ema": None, "clip": clip}
    )
    before = learner.model.weight.clone()
    out = learner.network(torch.rand(1, 1, 8, 8))
    with pytest.raises(NonFiniteError, match="the gradient of conv is nan"):
        learner.step((out * 0).sqrt().sum(), 1e-2)
    assert torch.equal(learner.model.weight, before)
    learner.step(learner.network(torch.rand(1, 1, 8, 8)).square().sum(), 1e-2)
    assert not torch.equal(learner.model.weight, before)
