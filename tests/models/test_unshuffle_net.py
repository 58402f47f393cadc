"""It starts as the identity, and its card holds for every depth that it takes."""

import pytest
import torch

from unjpeg.errors import UserError
from unjpeg.models.unshuffle_net import CARD, DEEPEST, Model


@pytest.mark.parametrize("channels", CARD["channels"])
def test_it_starts_as_the_identity(channels):
    torch.manual_seed(0)
    x = torch.rand(2, channels, 24, 32)
    assert torch.equal(Model(channels=channels)(x), x)


def test_the_halo_is_the_reach_of_the_deepest():
    model = Model(channels=1, width=2, depth=DEEPEST).double()
    for parameter in model.parameters():
        parameter.data = torch.full_like(parameter, 0.1)
    x = torch.rand(1, 1, 80, 80, dtype=torch.double, requires_grad=True)
    model(x)[..., 40, 40].sum().backward()
    rows = torch.nonzero(x.grad.abs().sum((0, 1, 3)))[:, 0]
    assert max(40 - rows.min(), rows.max() - 40) == CARD["halo"]


@pytest.mark.parametrize("depth", [0, DEEPEST + 1])
def test_a_depth_beyond_the_card_is_refused(depth):
    with pytest.raises(UserError, match=f"depth {depth}.*allowed: 1 to {DEEPEST}"):
        Model(depth=depth)
