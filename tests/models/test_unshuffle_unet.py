"""It starts as the identity, and its card holds for every form that it takes."""

import pytest
import torch

from unjpeg.errors import UserError
from unjpeg.models.unshuffle_unet import CARD, FARTHEST, Model, sees


@pytest.mark.parametrize("channels", CARD["channels"])
def test_it_starts_as_the_identity(channels):
    torch.manual_seed(0)
    x = torch.rand(2, channels, 24, 32)
    assert torch.equal(Model(channels=channels)(x), x)


@pytest.mark.parametrize("depths", [(3, 8), (2, 2, 1), (20,)])
def test_it_sees_as_far_as_it_says(depths):
    """Over the phases of its grid, at most."""
    model = Model(channels=1, widths=[2] * len(depths), depths=list(depths)).double()
    for parameter in model.parameters():
        parameter.data = torch.full_like(parameter, 0.1)
    reach = 0
    for middle in range(64, 64 + CARD["multiple"]):
        x = torch.rand(1, 1, 136, 136, dtype=torch.double, requires_grad=True)
        model(x)[..., middle, middle].sum().backward()
        rows = torch.nonzero(x.grad.abs().sum((0, 1, 3)))[:, 0]
        reach = max(reach, middle - rows.min(), rows.max() - middle)
    assert reach == sees(depths) <= FARTHEST == CARD["halo"]


def test_the_default_one_sees_as_far_as_any():
    assert sees((3, 8)) == CARD["halo"]


@pytest.mark.parametrize(
    ("widths", "depths"), [([4, 4], [1]), ([], []), ([4], [25]), ([4] * 4, [1] * 4), ([4, 4], [3, 9])]
)
def test_what_the_card_does_not_hold_for_is_refused(widths, depths):
    with pytest.raises(UserError, match="allowed: as many widths as depths, 1 to 3"):
        Model(widths=widths, depths=depths)
