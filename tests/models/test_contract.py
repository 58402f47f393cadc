"""What every network must hold; a new file in models/ is tested by being there."""

import pytest
import torch

from unjpeg import models
from unjpeg.inference import run_tiled
from unjpeg.provenance import constant_of, modules_in, settings_of

CASES = [
    (arch, c)
    for arch in modules_in("models")
    for c in constant_of(f"unjpeg.models.{arch}", "CARD")["channels"]
]
pytestmark = pytest.mark.parametrize(("arch", "channels"), CASES)


@pytest.fixture
def module(arch):
    return models.load(arch)


@pytest.fixture
def model(module, channels):
    """A tiny one whose every weight is drawn, so that nothing is hidden by zeros."""
    generator = torch.Generator().manual_seed(1)
    model = module.Model(channels=channels, **module.TINY).eval()
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.2
    return model


def image(channels, height, width):
    return torch.rand((1, channels, height, width), generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 5), (24, 24), (33, 50)])
def test_any_size_keeps_its_shape(module, model, channels, size):
    x = image(channels, *size)
    with torch.inference_mode():
        y = run_tiled(model, x, module.CARD["multiple"], module.CARD["halo"], 512)
    assert y.shape == x.shape
    assert y.isfinite().all()


def test_the_same_twice(model, channels):
    with torch.inference_mode():
        assert torch.equal(model(image(channels, 24, 24)), model(image(channels, 24, 24)))


def test_the_stated_halo_is_enough(module, model, channels):
    x = image(channels, 56, 72)
    with torch.inference_mode():
        whole = run_tiled(model, x, module.CARD["multiple"], module.CARD["halo"], 512)
        tiled = run_tiled(model, x, module.CARD["multiple"], module.CARD["halo"], 24)
    torch.testing.assert_close(tiled, whole, atol=1e-5, rtol=0)


def test_the_stated_halo_is_not_too_small(module, model, channels):
    """No output pixel sees farther than the halo; positive weights keep every ReLU open."""
    for parameter in model.parameters():
        parameter.data = parameter.data.abs()
    x = image(channels, 64, 64).requires_grad_()
    model(x)[..., 32, 32].sum().backward()
    rows, columns = torch.nonzero(x.grad.abs().sum((0, 1)), as_tuple=True)
    reach = max((rows - 32).abs().max(), (columns - 32).abs().max())
    assert reach <= module.CARD["halo"]


def test_the_gradient_reaches_every_weight(module, channels):
    """Over a few drawn sets of weights, since one alone can close a ReLU."""
    model = module.Model(channels=channels, **module.TINY)
    generator = torch.Generator().manual_seed(1)
    for _ in range(4):
        for parameter in model.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.3
        (model(image(channels, 24, 24)) ** 2).mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_the_number_of_parameters(module, channels):
    """As published; trainable ones and fixed ones together."""
    assert module.CARD["parameters"]
    for settings, count in module.CARD["parameters"]:
        assert sum(p.numel() for p in module.Model(**settings).parameters()) == count, settings


def test_skip_starts_as_the_identity(arch, module, channels):
    if "skip" not in settings_of(f"unjpeg.models.{arch}"):
        pytest.skip("this network has no such setting")
    model = module.Model(channels=channels, init="he", skip=True)
    x = image(channels, 24, 24)
    assert torch.equal(model(x), x)
