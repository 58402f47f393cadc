"""The loss that is PSNR, against scikit-image's."""

import numpy as np
import pytest
import torch
from skimage import data
from skimage.metrics import peak_signal_noise_ratio

from unjpeg import images, jpeg, losses
from unjpeg.degradation import parse
from unjpeg.losses.psnr import FLOOR

PHOTO = np.ascontiguousarray(data.coffee()[:128, :128])


def tensor(*pixels):
    return torch.from_numpy(np.stack([images.to_float32(p) for p in pixels]))


def degraded(text):
    return images.read_uint8(jpeg.degrade(PHOTO, parse(text)))


def test_is_the_mean_psnr_of_the_images():
    files = [degraded("q5"), degraded("q30")]
    errors = [10 ** (-peak_signal_noise_ratio(PHOTO, file) / 10) for file in files]
    wanted = np.mean([10 * np.log10(error + FLOOR) for error in errors])
    assert losses.load("psnr")(tensor(*files), tensor(PHOTO, PHOTO)).item() == pytest.approx(wanted, abs=1e-4)
    alone = losses.load("psnr")(tensor(files[0]), tensor(PHOTO)).item()
    assert -alone == pytest.approx(peak_signal_noise_ratio(PHOTO, files[0]), abs=0.2)  # of the floor


def test_a_perfect_image_pulls_nowhere_and_is_no_infinity():
    restored = tensor(PHOTO).requires_grad_()
    value = losses.load("psnr")(restored, tensor(PHOTO))
    value.backward()
    assert value.item() == pytest.approx(-40)
    assert not restored.grad.any()
