"""What the contract does not ask: the quality, and weights that other programs take."""

import pytest
import torch

from unjpeg import torchvision_shim
from unjpeg.models import fbcnn


@pytest.fixture
def model():
    torch.manual_seed(1)
    model = fbcnn.Model(channels=1, **fbcnn.TINY).eval()
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape) / parameter[0].numel() ** 0.5
    return model


X = torch.rand((2, 1, 24, 32), generator=torch.Generator().manual_seed(2))


def test_the_quality_is_per_image_and_in_range(model):
    with torch.inference_mode():
        quality = model.predict_quality(X)
    assert quality.shape == (2, 1)
    assert ((quality > 0) & (quality < 100)).all()
    assert quality[0] != quality[1]


def test_the_predicted_quality_given_changes_nothing(model):
    with torch.inference_mode():
        image, quality = model.both(X)
        torch.testing.assert_close(quality, model.predict_quality(X))
        torch.testing.assert_close(model(X, quality), image)
        torch.testing.assert_close(model(X), image)


def test_another_quality_restores_otherwise_but_is_predicted_the_same(model):
    with torch.inference_mode():
        image, quality = model.both(X)
        other, again = model.both(X, torch.tensor([[5.0], [95.0]]))
    assert (image - other).abs().mean() > 1e-3
    torch.testing.assert_close(again, quality)


def test_odd_sides_are_as_if_the_border_were_repeated(model):
    x = X[..., :21, :30]
    whole = torch.nn.functional.pad(x, (0, 2, 0, 3), "replicate")
    with torch.inference_mode():
        torch.testing.assert_close(model(x), model(whole)[..., :21, :30])


@pytest.mark.parametrize("channels", [1, 3])
def test_another_program_takes_the_weights(channels):
    """spandrel's loader finds the network by its keys and computes the same; it wants 512 at the bottom."""
    torchvision_shim.ensure()
    import spandrel

    torch.manual_seed(1)
    model = fbcnn.Model(channels=channels, widths=[4, 6, 8, 512], blocks=2).eval()
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape) / parameter[0].numel() ** 0.5
    theirs = spandrel.ModelLoader().load_from_state_dict(model.state_dict())
    assert theirs.architecture.id == "FBCNN"
    model, theirs = model.double(), theirs.model.double().eval()
    x = torch.rand(1, channels, 21, 30).double()
    with torch.inference_mode():
        image, strength = theirs(x)
        ours, quality = model.both(x)
        torch.testing.assert_close(ours, image)
        torch.testing.assert_close(quality, 100 * (1 - strength))
        image, _ = theirs(x, torch.tensor([[0.7]]).double())
        torch.testing.assert_close(model(x, torch.tensor([[30.0]]).double()), image)
