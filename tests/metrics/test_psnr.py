import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import peak_signal_noise_ratio

from unjpeg.errors import UserError
from unjpeg.metrics import protocol, psnr

COLOR = protocol.named("color-444")
shapes = st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from((1, 3)))
pairs = shapes.flatmap(lambda s: st.tuples(arrays(np.uint8, s), arrays(np.uint8, s)))


@given(shapes, st.integers(0, 254), st.data())
def test_a_constant_offset_has_a_known_value(shape, low, data):
    offset = data.draw(st.integers(1, 255 - low))
    image, reference = np.full(shape, low, np.uint8), np.full(shape, low + offset, np.uint8)
    assert psnr.score(image, reference, COLOR) == pytest.approx(20 * math.log10(255 / offset), abs=1e-12)


@given(pairs)
@settings(deadline=None)
def test_order_of_the_pair_and_of_the_samples_does_not_matter(pair):
    image, reference = pair
    value = psnr.score(image, reference, COLOR)
    assert psnr.score(reference, image, COLOR) == value
    assert psnr.score(image[::-1, ::-1, ::-1], reference[::-1, ::-1, ::-1], COLOR) == value
    assert psnr.score(image.transpose(1, 0, 2), reference.transpose(1, 0, 2), COLOR) == value


@given(pairs)
def test_infinite_for_equal_images_only(pair):
    image, reference = pair
    assert psnr.score(image, image, COLOR) == math.inf
    assert math.isfinite(psnr.score(image, reference, COLOR)) or np.array_equal(image, reference)


def test_black_against_white_does_not_wrap_around():
    black = np.zeros((9, 9, 3), np.uint8)
    assert psnr.score(black, 255 - black, COLOR) == 0.0


@pytest.mark.parametrize("text", ["q10", "gray-q30"])
def test_equals_scikit_image_and_pyiqa(pair, by_pyiqa, text):
    image, reference = pair(text)
    value = psnr.score(image, reference, protocol.named("gray-matlab" if "gray" in text else "color-420"))
    assert value == pytest.approx(peak_signal_noise_ratio(reference, image), abs=1e-9)
    assert value == pytest.approx(by_pyiqa("psnr", image, reference), abs=1e-3)  # adds 1e-8 to the MSE


def test_unequal_shapes_and_other_types_are_refused():
    a, b = np.zeros((8, 9, 1), np.uint8), np.zeros((9, 8, 1), np.uint8)
    with pytest.raises(UserError, match="image 9x8 gray, reference 8x9 gray"):
        psnr.score(a, b, COLOR)
    with pytest.raises(ValueError, match="float32"):
        psnr.score(a.astype(np.float32), a.astype(np.float32), COLOR)
    with pytest.raises(UserError, match="needs the reference"):
        psnr.score(a, None, COLOR)
