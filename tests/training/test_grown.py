"""A network that starts from a smaller one gives what that one gave, and all of it learns."""

import pytest
import torch

from unjpeg import models
from unjpeg.errors import UserError
from unjpeg.provenance import modules_in
from unjpeg.training.grown import grown

SIZES = {  # of what grows: the smaller, the larger
    "unshuffle_net": ({"width": 6, "depth": 4}, {"width": 9, "depth": 4}),
    "unshuffle_unet": ({"widths": [4, 6], "depths": [2, 3]}, {"widths": [7, 11], "depths": [2, 3]}),
}
ARCHS = [name for name in modules_in("models") if models.load(name).CARD.get("grows")]


def drawn(arch, channels, settings):
    """A network that is not the identity: none of its weights is 0."""
    torch.manual_seed(len(str(settings)))
    model = models.load(arch).Model(channels=channels, **settings)
    for value in model.parameters():
        torch.nn.init.normal_(value, std=0.2)
    return model.double()


def test_all_that_say_so_are_tried():
    assert sorted(SIZES) == sorted(ARCHS)


@pytest.mark.parametrize("arch", SIZES)
@pytest.mark.parametrize("channels", [(1, 1), (3, 3), (3, 1)])
def test_the_output_stays(arch, channels):
    small, large = (drawn(arch, *pair) for pair in zip(channels, SIZES[arch]))
    x = torch.rand(2, channels[1], 32, 40, dtype=torch.float64)
    want = small(x.expand(-1, channels[0], -1, -1)).mean(1, keepdim=True) if channels == (3, 1) else small(x)
    large.load_state_dict(grown(small.state_dict(), large.state_dict()))
    torch.testing.assert_close(large(x), want, rtol=0, atol=1e-9)


@pytest.mark.parametrize("arch", SIZES)
def test_all_of_it_learns(arch):
    small, large = (drawn(arch, 1, settings) for settings in SIZES[arch])
    large.load_state_dict(grown(small.state_dict(), large.state_dict()))
    optimiser = torch.optim.Adam(large.parameters(), 1e-3)
    before = [value.clone() for value in large.parameters()]
    for _ in range(2):  # what only feeds weights of 0 has no gradient in the first step
        optimiser.zero_grad()
        large(torch.rand(2, 1, 32, 32, dtype=torch.float64)).square().mean().backward()
        optimiser.step()
    moved = [(old != new).flatten(2).any(2) for old, new in zip(before, large.parameters()) if old.ndim == 4]
    assert moved and all(outs.any(0).all() for outs in moved)  # each channel in feeds some that moved


def test_equal_networks_are_copied():
    first, second = (drawn("unshuffle_net", 3, {"width": 5, "depth": 2}) for _ in range(2))
    torch.nn.init.zeros_(second.head.weight)
    for name, value in grown(first.state_dict(), second.state_dict()).items():
        assert torch.equal(value, first.state_dict()[name])


@pytest.mark.parametrize(
    ("small", "large", "says"),
    [
        ({"width": 6}, {"width": 5}, "head.weight is (6, 4, 3, 3), want (5, 4, 3, 3) or smaller"),
        ({"depth": 2}, {"depth": 3}, "body.2.bias and the other has not"),
    ],
)
def test_a_network_only_grows_wider(small, large, says):
    with pytest.raises(UserError, match="start_from") as caught:
        grown(*(drawn("unshuffle_net", 1, settings).state_dict() for settings in (small, large)))
    assert says in str(caught.value)
