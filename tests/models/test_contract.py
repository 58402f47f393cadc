"""What every network that restores must hold; a new file in models/ is tested by being there."""

import math

import pytest
import torch

from unjpeg import models
from unjpeg.inference import run_tiled
from unjpeg.provenance import constant_of, modules_in, settings_of

CASES = [
    (arch, c)
    for arch in modules_in("models")
    if (card := constant_of(f"unjpeg.models.{arch}", "CARD"))["task"] == "restore"
    for c in card["channels"]
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


@pytest.fixture
def side(module):
    """A side that the network takes as it is, three of its steps or more."""
    return 3 * math.lcm(8, module.CARD["multiple"])


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 5), (24, 24), (33, 50)])
def test_any_size_keeps_its_shape(module, model, channels, size):
    x = image(channels, *size)
    with torch.inference_mode():
        y = run_tiled(model, x, module.CARD["multiple"], module.CARD["halo"], 512)
    assert y.shape == x.shape
    assert y.isfinite().all()


def test_the_same_twice(model, channels, side):
    with torch.inference_mode():
        assert torch.equal(model(image(channels, side, side)), model(image(channels, side, side)))


def test_the_stated_halo_is_enough(module, model, channels):
    beyond = 2 * (module.CARD["halo"] or 0)
    x = image(channels, 56 + beyond, 72 + beyond)
    with torch.inference_mode():
        whole = run_tiled(model, x, module.CARD["multiple"], module.CARD["halo"], 512)
        tiled = run_tiled(model, x, module.CARD["multiple"], module.CARD["halo"], 24)
    torch.testing.assert_close(tiled, whole, atol=1e-5, rtol=1e-6)


def test_the_stated_halo_is_not_too_small(module, model, channels):
    """No output pixel sees farther than the halo.

    Positive weights and bright samples keep every ReLU open, small weights every tanh. A network that
    strides sees from each of its phases another distance.
    """
    halo, multiple = module.CARD["halo"], module.CARD["multiple"]
    if halo is None:
        pytest.skip("states that every output sees the whole image")
    for parameter in model.double().parameters():
        parameter.data = parameter.data.abs() / parameter[0].numel()
    centre = math.lcm(8, multiple) * (halo // math.lcm(8, multiple) + 2)
    for at in range(centre, centre + multiple):
        x = (image(channels, 2 * centre, 2 * centre).double() / 2 + 0.5).requires_grad_()
        model(x)[..., at, at].sum().backward()
        rows, columns = torch.nonzero(x.grad.abs().sum((0, 1)), as_tuple=True)
        reach = max((rows - at).abs().max(), (columns - at).abs().max())
        assert reach <= halo


def test_the_gradient_reaches_every_weight(module, channels, side):
    """Over a few drawn sets of weights, since one alone can close a ReLU."""
    model = module.Model(channels=channels, **module.TINY)
    generator = torch.Generator().manual_seed(1)
    for _ in range(4):
        for parameter in model.parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            parameter.data = drawn / parameter[0].numel() ** 0.5  # or a sigmoid far inside has no slope
        (model(image(channels, side, side)) ** 2).mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_the_number_of_parameters(module, channels):
    """As published; trainable ones and fixed ones together."""
    assert module.CARD["parameters"]
    for settings, count in module.CARD["parameters"]:
        with torch.device("meta"):  # shapes alone: drawing the weights of a big one takes seconds
            model = module.Model(**settings)
        assert sum(p.numel() for p in model.parameters()) == count, settings


def test_skip_starts_as_the_identity(arch, module, channels, side):
    if "skip" not in settings_of(f"unjpeg.models.{arch}"):
        pytest.skip("this network has no such setting")
    he = {"init": "he"} if "init" in settings_of(f"unjpeg.models.{arch}") else {}
    model = module.Model(channels=channels, skip=True, **he)
    x = image(channels, side, side)
    assert torch.equal(model(x), x)
