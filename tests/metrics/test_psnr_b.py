import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unjpeg import images
from unjpeg.metrics import protocol, psnr, psnr_b

COLOR = protocol.named("color-420")
shapes = st.tuples(st.integers(16, 35), st.integers(16, 35), st.sampled_from((1, 3)))
pairs = shapes.flatmap(lambda s: st.tuples(arrays(np.uint8, s), arrays(np.uint8, s)))
planes = st.tuples(st.integers(16, 35), st.integers(16, 35)).flatmap(lambda s: arrays(np.uint8, s))


def pair_by_pair(plane):
    """Yim & Bovik's BEF, one pair of neighbours after the other."""
    height, width = plane.shape
    border = inside = 0.0
    for y in range(height):
        for x in range(width):
            if x + 1 < width:
                step = (float(plane[y, x]) - float(plane[y, x + 1])) ** 2
                border, inside = (border + step, inside) if x % 8 == 7 else (border, inside + step)
            if y + 1 < height:
                step = (float(plane[y, x]) - float(plane[y + 1, x])) ** 2
                border, inside = (border + step, inside) if y % 8 == 7 else (border, inside + step)
    count = height * (width / 8 - 1) + width * (height / 8 - 1)
    border /= count
    inside /= height * (width - 1) + width * (height - 1) - count
    return max(border - inside, 0) * 3 / math.log2(min(height, width))


@given(planes)
@settings(deadline=None, max_examples=30)
def test_blocking_effect_is_the_paper_s(plane):
    assert psnr_b.blocking_effect(plane) == pytest.approx(pair_by_pair(plane), rel=1e-9, abs=1e-9)


def test_blocking_effect_of_one_step_by_hand():
    plane = np.zeros((16, 16), np.uint8)
    plane[:, 8:] = 10  # 16 pairs of squared difference 100 over 32 border pairs, eta = 3/4
    assert psnr_b.blocking_effect(plane) == pytest.approx(0.75 * 50)
    plane[:, 8:] = 255  # uint8 differences would wrap around
    assert (
        psnr_b.blocking_effect(plane) == psnr_b.blocking_effect(255 - plane) == pytest.approx(0.375 * 255**2)
    )
    assert psnr_b.blocking_effect(np.roll(plane, 1, axis=1)) == 0


@given(pairs)
@settings(deadline=None)
def test_never_above_psnr_and_indifferent_to_transposition(pair):
    image, reference = pair
    value = psnr_b.score(image, reference, COLOR)
    assert value <= psnr.score(image, reference, COLOR)
    turned = psnr_b.score(image.transpose(1, 0, 2), reference.transpose(1, 0, 2), COLOR)
    assert turned == pytest.approx(value, abs=1e-9)


def test_a_blocky_image_is_not_perfect_even_for_itself(pair):
    image = pair("gray-q10")[0]
    assert psnr_b.score(image, image, protocol.GRAY) < 50
    smooth = np.repeat(np.arange(64, dtype=np.uint8)[:, None], 64, 1)[..., None]
    assert psnr_b.score(smooth, smooth, protocol.GRAY) == math.inf


def test_colour_adds_the_factor_of_limited_range_luma(pair):
    image, reference = pair("q10")
    error = np.mean((image.astype(float) - reference.astype(float)) ** 2)
    luma = images.luma_uint8(image)
    wanted = 10 * math.log10(255**2 / (error + pair_by_pair(luma[..., 0])))
    assert psnr_b.score(image, reference, COLOR) == pytest.approx(wanted, abs=1e-9)
