"""The grid is found where an image was cut after compression; a JPEG file says what it is."""

import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unjpeg.degradation import Compress, parse
from unjpeg.grid import phase
from unjpeg.images import luma_full, read_uint8
from unjpeg.jpeg import degrade, encode
from unjpeg.jpegfacts import facts


@pytest.mark.parametrize("text", ["q10", "q50", "q90", "gray-q70", "q50+s3x5+q90", "q90+s3x5+q50"])
@pytest.mark.parametrize("cut", [(0, 0), (3, 6)])
def test_the_last_grid_is_found(text, cut):
    pixels = read_uint8(degrade(data.coffee()[:300, :380], parse(text)))
    luma = luma_full(pixels)[cut[0] :, cut[1] :]
    assert phase(luma) == (-cut[0] % 8, -cut[1] % 8)


def test_the_smallest_image_has_a_phase():
    assert phase(np.zeros((16, 16), np.uint8)) == (0, 0)


@pytest.mark.parametrize("quality", [1, 10, 50, 75, 95, 100])
@pytest.mark.parametrize("sampling", ["420", "422", "444"])
def test_a_file_says_its_quality_and_sampling(quality, sampling):
    said = facts(encode(data.coffee()[:40, :40], Compress(quality, sampling)))
    assert (said.quality, said.exact, said.progressive) == (quality, True, False)
    assert said.sampling == ":".join(sampling)


def test_gray_progressive_and_foreign_tables():
    assert facts(encode(data.camera()[:40, :40, None], Compress(30))).sampling == "gray"
    out = io.BytesIO()
    tables = [[max(1, int(x * 1.3)) for x in range(2, 66)]] * 2
    Image.fromarray(data.coffee()[:40, :40]).save(out, "jpeg", qtables=tables, progressive=True)
    said = facts(out.getvalue())
    assert said.progressive
    assert not said.exact
    assert 1 <= said.quality <= 100
    assert said.text().startswith("tables nearest to quality")


def test_what_is_no_jpeg_says_nothing():
    out = io.BytesIO()
    Image.fromarray(data.coffee()[:40, :40]).save(out, "png")
    assert facts(out.getvalue()) is None
    assert facts(b"") is None
    assert facts(b"\xff\xd8\xff") is None
