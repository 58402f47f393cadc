import numpy as np
import pytest
import torch
from skimage import data

from unjpeg import images, jpeg, losses, torchvision_shim
from unjpeg.degradation import parse
from unjpeg.errors import UserError


def tensor(pixels):
    return torch.from_numpy(images.to_float32(pixels))[None]


def pair(text, side=(352, 400)):
    """(degraded, clean) of a photograph, sides that halve four times."""
    photo = np.ascontiguousarray(data.astronaut()[: side[0], : side[1]])
    degradation = parse(text)
    return tensor(images.read_uint8(jpeg.degrade(photo, degradation))), tensor(
        jpeg.reference(photo, degradation)
    )


@pytest.mark.parametrize("text", ["gray-q5", "gray-q10", "gray-q40", "gray-q90"])
def test_agrees_with_pyiqa_on_gray(text):
    torchvision_shim.ensure()
    import pyiqa

    degraded, clean = pair(text)
    want = pyiqa.create_metric("ms_ssim", device="cpu")(degraded, clean).item()
    assert 1 - losses.load("ms_ssim")(degraded, clean).item() == pytest.approx(want, abs=1e-3)


def test_a_batch_is_the_mean_of_its_images():
    loss = losses.load("ms_ssim")
    pairs = [pair("q5"), pair("q60")]
    batch = loss(*(torch.cat(side) for side in zip(*pairs)))
    assert batch.item() == pytest.approx(sum(loss(*p).item() for p in pairs) / 2, abs=1e-6)


def test_it_leads_to_the_clean_image():
    """From a flat image, whose contrast terms are 0, where a power has no gradient of its own."""
    _, clean = pair("gray-q90", (176, 176))
    restored = torch.full_like(clean, 0.5, requires_grad=True)
    loss, optimizer = losses.load("ms_ssim"), torch.optim.Adam([restored], 0.02)
    first = loss(restored, clean)
    for _ in range(60):
        optimizer.zero_grad()
        loss(restored, clean).backward()
        assert restored.grad.isfinite().all()
        optimizer.step()
    assert loss(restored, clean) < first / 4
    assert loss(clean, clean).item() == pytest.approx(0, abs=1e-6)


def test_opposite_images_have_a_finite_gradient():
    _, clean = pair("q90", (176, 176))
    restored = (1 - clean).requires_grad_()
    losses.load("ms_ssim")(restored, clean).backward()
    assert restored.grad.isfinite().all()


def test_too_small_patches_are_refused():
    with pytest.raises(UserError, match="128x128; want 176"):
        losses.load("ms_ssim")(torch.zeros(1, 3, 128, 128), torch.zeros(1, 3, 128, 128))


def test_the_smallest_side_is_what_the_window_needs():
    from unjpeg.losses import ms_ssim

    assert ms_ssim.WINDOW * 2 ** (len(ms_ssim.WEIGHTS) - 1) == ms_ssim.SMALLEST
