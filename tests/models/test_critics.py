"""What every network that judges must hold; a new file with task "critic" is tested by being there."""

import pytest
import torch

from unjpeg import models
from unjpeg.losses import adversarial
from unjpeg.provenance import constant_of, modules_in

CASES = [
    (arch, c)
    for arch in modules_in("models")
    if (card := constant_of(f"unjpeg.models.{arch}", "CARD"))["task"] == "critic"
    for c in card["channels"]
]


@pytest.fixture
def module(arch):
    return models.load(arch)


@pytest.fixture
def model(module, channels):
    torch.manual_seed(1)
    return module.Model(channels=channels, **module.TINY)


def image(channels, seed, side=64):
    return torch.rand((2, channels, side, side), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("arch", "channels"), CASES)
def test_logits_of_patches(model, channels):
    """One channel, for any sizes; the same twice in eval mode, whatever dropout does in training."""
    model.eval()
    with torch.inference_mode():
        for side in (64, 97, 128):
            candidate, degraded = image(channels, 1, side), image(channels, 2, side)
            logits = model(candidate, degraded)
            assert logits.shape[:2] == (2, 1) and logits.isfinite().all()
            assert torch.equal(logits, model(candidate, degraded))


@pytest.mark.parametrize(("arch", "channels"), CASES)
def test_the_gradient_reaches_the_candidate_and_every_weight(model, channels):
    for name, parameter in model.named_parameters():
        if name.endswith("gain"):  # starts at 0, which closes the branch behind it
            torch.nn.init.ones_(parameter)
    candidate = image(channels, 1).requires_grad_()
    (model(candidate, image(channels, 2)) ** 2).mean().backward()
    assert (candidate.grad.abs().amax((2, 3)) > 0).all()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize(("arch", "channels"), CASES)
def test_it_learns_to_tell_noise_from_its_blur(model, channels):
    """Judged as it is trained: the running statistics of a batch norm trail 100 steps behind."""
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    for step in range(40):
        real = image(channels, step)
        fake = torch.nn.functional.avg_pool2d(real, 3, 1, 1)
        loss = adversarial.of_critic(model(real, fake), model(fake, fake))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.inference_mode():
        real = image(channels, 1000)
        fake = torch.nn.functional.avg_pool2d(real, 3, 1, 1)
        assert adversarial.accuracy(model(real, fake), model(fake, fake)) > 0.9


@pytest.mark.parametrize(("arch", "channels"), CASES)
def test_the_number_of_parameters(module, channels):
    assert module.CARD["parameters"]
    for settings, count in module.CARD["parameters"]:
        assert sum(p.numel() for p in module.Model(**settings).parameters()) == count, settings


@pytest.mark.parametrize(
    ("arch", "side", "logits"), [("patchgan", 256, 30), ("arnet_critic", 256, 13), ("arnet_critic", 512, 29)]
)
def test_published_sizes(module, side, logits):
    model = module.Model(**module.TINY | {"width": 8}).eval()
    with torch.inference_mode():
        x = torch.zeros(1, 3, side, side)
        assert model(x, x).shape == (1, 1, logits, logits)


def test_patchgan_sees_patches_of_70():
    model = models.load("patchgan").Model(channels=1, width=4).eval()
    x = torch.rand(1, 1, 256, 256).requires_grad_()
    model(x, x.detach())[..., 15, 15].backward()
    rows = torch.nonzero(x.grad.abs().sum((0, 1, 3)))
    assert rows.max() - rows.min() + 1 == 70


def test_attention_by_definition():
    """The gain times the values, weighted by the softmax over all positions, added to the input."""
    torch.manual_seed(0)
    attention = models.load("arnet_critic")._Attention(16).eval()
    torch.nn.init.constant_(attention.gain, 0.5)
    x = torch.randn(2, 16, 5, 7)
    flat = x.flatten(2)
    weights = (attention.query(flat).transpose(1, 2) @ attention.key(flat)).softmax(2)  # (query, key)
    want = flat + 0.5 * attention.value(flat) @ weights.transpose(1, 2)
    torch.testing.assert_close(attention(x).flatten(2), want, atol=1e-5, rtol=0)
