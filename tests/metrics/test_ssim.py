import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import structural_similarity

from unjpeg.errors import UserError
from unjpeg.metrics import protocol, ssim

COLOR, GRAY = protocol.named("color-420"), protocol.named("gray-matlab")
shapes = st.tuples(st.integers(11, 20), st.integers(11, 20), st.sampled_from((1, 3)))
pairs = shapes.flatmap(lambda s: st.tuples(arrays(np.uint8, s), arrays(np.uint8, s)))


@given(pairs)
@settings(deadline=None)
def test_bounds_identity_and_symmetry_hold_exactly(pair):
    image, reference = pair
    value = ssim.score(image, reference, COLOR)
    assert -1 <= value <= 1 + 1e-9
    assert ssim.score(reference, image, COLOR) == value
    assert ssim.score(image, image, COLOR) == 1.0


@given(pairs)
@settings(deadline=None)
def test_turning_both_images_changes_nothing(pair):
    image, reference = pair
    value = ssim.score(image, reference, COLOR)
    for turned in (
        lambda x: x[::-1],
        lambda x: x[:, ::-1],
        lambda x: x.transpose(1, 0, 2),
        lambda x: x[..., ::-1],
    ):
        assert ssim.score(turned(image), turned(reference), COLOR) == pytest.approx(value, abs=1e-9)


@given(st.integers(0, 255), st.integers(0, 255))
@settings(deadline=None)
def test_flat_images_leave_the_luminance_term(a, b):
    x, y = np.full((12, 13, 1), a, np.uint8), np.full((12, 13, 1), b, np.uint8)
    wanted = (2 * a * b + 6.5025) / (a * a + b * b + 6.5025)
    assert ssim.score(x, y, GRAY) == pytest.approx(wanted, abs=1e-9)


def test_the_outermost_pixel_enters_through_valid_windows_only(photo):
    x = photo[:40, :40, :1]
    y = x.copy()
    y[0, 0] ^= 255
    window = np.exp(-((np.arange(11) - 5) ** 2) / 4.5)
    window /= window.sum()
    assert window == pytest.approx(ssim.WINDOW)
    changed = ssim.similarity(x[..., 0] * 1.0, y[..., 0] * 1.0) != 1
    assert changed.shape == (30, 30)
    assert np.argwhere(changed).tolist() == [[0, 0]]


@pytest.mark.parametrize("text", ["q10", "q50-444", "gray-q10", "gray-q40"])
def test_equals_scikit_image(pair, text):
    image, reference = pair(text)
    value = ssim.score(image, reference, COLOR)
    theirs = structural_similarity(
        reference,
        image,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=2,
    )
    assert value == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("text", "name"), [("q10", "ssimc"), ("gray-q10", "ssim"), ("gray-q40", "ssim")])
def test_equals_pyiqa_which_counts_negative_contrast_as_zero(pair, by_pyiqa, text, name):
    image, reference = pair(text)
    assert ssim.score(image, reference, COLOR) == pytest.approx(by_pyiqa(name, image, reference), abs=5e-4)


def test_smaller_than_the_window_is_an_error_with_both_sizes():
    x = np.zeros((10, 40, 3), np.uint8)
    with pytest.raises(UserError, match="40x10 RGB is too small, not defined below 11 pixels"):
        ssim.score(x, x, COLOR)
