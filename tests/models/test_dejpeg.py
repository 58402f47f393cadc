import pytest
import torch

from unjpeg import models

dejpeg = models.load("dejpeg")


@pytest.mark.parametrize(("resize", "taps"), [(False, (7, 8, 9, 10)), (True, (7, 8, 9, 10, 11))])
def test_upward_convolutions_lie_where_tensorflow_puts_them(resize, taps):
    """`same` of a transposed 4x4 kernel: pixel 4 becomes 8 and 9, and reaches one or two beyond."""
    up = dejpeg._up(1, 1, resize=resize)
    for parameter in up.parameters():
        torch.nn.init.ones_(parameter)
    x = torch.zeros(1, 1, 8, 8)
    x[..., 4, 4] = 1
    y = up(x)[0, 0]
    assert y.shape == (16, 16)
    assert torch.nonzero(y.sum(1)).flatten().tolist() == list(taps)


def test_the_first_convolution_lies_where_tensorflow_puts_it():
    """`same` of a 3x3 kernel with stride 2: nothing added above and left, one row below and right."""
    down = dejpeg.Model(channels=1, width=1).down[0]
    torch.nn.init.ones_(down[1].weight)
    x = torch.arange(64.0).view(1, 1, 8, 8)
    y = down(x)
    assert y.shape == (1, 1, 4, 4)
    assert y[..., 0, 0] == x[..., :3, :3].sum()
    assert y[..., 3, 3] == x[..., 6:, 6:].sum()


def test_dropout_is_for_training():
    torch.manual_seed(0)
    model, x = dejpeg.Model(width=8, dropout=0.5), torch.rand(2, 3, 32, 32)
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))


def test_one_activation_tells_leaky_from_not():
    kinds = [type(dejpeg.Model(leaky=leaky).down[-1][-1]) for leaky in (False, True)]
    assert kinds == [torch.nn.ReLU, torch.nn.LeakyReLU]


def test_samples_stay_in_range():
    model = dejpeg.Model(width=8).eval()
    torch.nn.init.normal_(model.out.weight, 0, 50)
    y = model(torch.rand(1, 3, 32, 32))
    assert y.min() >= 0 and y.max() <= 1 and y.max() - y.min() > 0.9
