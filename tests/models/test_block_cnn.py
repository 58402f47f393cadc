"""Cutting an image into windows and putting its blocks together."""

import pytest
import torch
from torch.nn.functional import pad

from unjpeg.models import block_cnn


def image(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(2))


def drawn(**settings):
    """In eval mode, with weights that a sigmoid can take."""
    torch.manual_seed(1)
    model = block_cnn.Model(width=2, **settings).eval()
    if settings.get("skip"):
        torch.nn.init.normal_(model.layers[-1].weight, 0, 0.1)
    return model


@pytest.mark.parametrize("size", ["small", "full"])
@pytest.mark.parametrize(("border", "mode"), [("black", "constant"), ("replicate", "replicate")])
def test_every_block_is_its_window_through_the_layers(size, border, mode):
    model, x = drawn(size=size, border=border), image(2, 3, 24, 32)
    around = pad(x, (8, 8, 8, 8), mode)
    with torch.inference_mode():
        y = model(x)
        for row in range(0, 24, 8):
            for column in range(0, 32, 8):
                block = model.layers(around[..., row : row + 24, column : column + 24]).sigmoid()
                torch.testing.assert_close(y[..., row : row + 8, column : column + 8], block)
    assert y.std() > 1e-3


def test_few_windows_at_once_give_the_same(monkeypatch):
    model, x = drawn(skip=True, position=True), image(2, 3, 48, 40)
    with torch.inference_mode():
        whole = model(x)
        for windows in (1, 10, 25):  # fewer than a row of blocks in both, one row, two rows
            monkeypatch.setattr(block_cnn, "CACHED", windows)
            torch.testing.assert_close(model(x), whole)


def test_without_skip_it_never_leaves_the_range():
    model = drawn()
    model.layers[-1].weight.data *= 1e4
    with torch.inference_mode():
        y = model(image(1, 3, 16, 16))
    assert y.min() < 0.01
    assert y.max() > 0.99
    assert ((y >= 0) & (y <= 1)).all()


def test_position_tells_pixels_of_a_flat_block_apart():
    """The padding inside the bottlenecks is taken away, so nothing else could."""
    spread = {}
    for position in (False, True):
        model = drawn(position=position)
        for layer in model.modules():
            if isinstance(layer, torch.nn.Conv2d) and layer.padding == (1, 1):
                layer.padding_mode, layer._reversed_padding_repeated_twice = "replicate", [1, 1, 1, 1]
        with torch.inference_mode():
            middle = model(torch.full((1, 3, 24, 24), 0.5))[..., 8:16, 8:16]
        spread[position] = middle.std((-2, -1)).max().item()
    assert spread[False] < 1e-6
    assert spread[True] > 1e-3
