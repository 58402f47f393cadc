"""ConvUnit's start."""

import pytest
import torch

from unjpeg import models


@pytest.mark.parametrize("middle", [1, 3])
def test_what_comes_in_keeps_its_size(middle):
    """A unit has a convolution that nothing follows; with He's gain there too, each doubles the variance."""
    torch.manual_seed(0)
    network = models.load("conv_unit").Model(middle=middle, init="he")
    with torch.no_grad():
        features = network.layers[:-1](torch.randn(2, 3, 64, 64))
    assert 0.5 < features.square().mean().sqrt() < 1.5
