import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.images import luma_uint8, read_uint8
from unjpeg.jpeg import codec, degrade, encode, reference, tables


@pytest.fixture(scope="module")
def photo():
    return np.ascontiguousarray(data.astronaut()[:121, :163])


@pytest.mark.parametrize(
    "text",
    [
        "q10",
        "q10-444",
        "q10-422",
        "q50+q10",
        "q50+s3x5+q10",
        "gray-q10",
        "none",
        "gray-none",
        "gray-q30+s4x4+q10",
    ],
)
def test_degraded_and_reference_are_aligned(photo, text):
    degradation = parse(text)
    degraded, clean = read_uint8(degrade(photo, degradation)), reference(photo, degradation)
    assert degraded.shape == clean.shape
    error = np.abs(degraded.astype(int) - clean).mean()
    moved = np.abs(degraded[1:].astype(int) - clean[:-1]).mean()
    assert error < moved  # any other alignment is worse
    assert (error == 0) == text.endswith("none")


@pytest.mark.parametrize(("text", "subsampling"), [("q10", 2), ("q10-422", 1), ("q10-444", 0)])
def test_chroma_sampling_is_what_it_says(photo, text, subsampling):
    from PIL import JpegImagePlugin

    with Image.open(io.BytesIO(degrade(photo, parse(text)))) as image:
        assert JpegImagePlugin.get_sampling(image) == subsampling


def test_double_is_the_second_encoding_of_the_first(photo):
    first = read_uint8(degrade(photo, parse("q50")))[3:, 5:]
    assert degrade(photo, parse("q50+s3x5+q10")) == encode(np.ascontiguousarray(first), parse("q10").last)


def test_gray_encodes_matlabs_luma(photo):
    assert degrade(photo, parse("gray-q30")) == degrade(luma_uint8(photo), parse("q30"))


def test_tables_are_those_of_the_quality():
    gray = np.zeros((8, 8, 1), np.uint8)
    assert tables(degrade(gray, parse("q50")))[0][:4] == [16, 11, 10, 16]  # ITU-T T.81, table K.1
    assert set(tables(degrade(gray, parse("q100")))[0]) == {1}
    assert tables(degrade(gray, parse("none"))) == {}


def test_codec_is_libjpeg_turbo():
    assert codec()["libjpeg"].startswith("libjpeg-turbo 3."), (
        "other libraries give other pixels (docs/protocol.md)"
    )


def test_an_image_smaller_than_the_shift_is_refused():
    with pytest.raises(UserError, match="1x1 pixels has nothing left after the shift in 'q50"):
        degrade(np.zeros((1, 1, 3), np.uint8), parse("q50+s3x5+q10"))
