import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from unjpeg import images
from unjpeg.errors import UserError


@pytest.mark.parametrize(
    ("rgb", "luma"),  # values of MATLAB's rgb2ycbcr on uint8
    [((0, 0, 0), 16), ((255, 255, 255), 235), ((255, 0, 0), 81), ((0, 255, 0), 145), ((0, 0, 255), 41)],
)
def test_luma_is_matlabs(rgb, luma):
    assert images.luma_uint8(np.array([[rgb]], np.uint8)) == luma


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_ycbcr_and_back(r, g, b):
    rgb = np.array([r, g, b], np.float64).reshape(3, 1, 1) / 255
    ycbcr = images.rgb_to_ycbcr(rgb)
    assert ycbcr.min() >= 16 / 255 - 1e-9
    assert ycbcr.max() <= 240 / 255 + 1e-9
    np.testing.assert_allclose(images.ycbcr_to_rgb(ycbcr), rgb, atol=1e-12)


def test_uint8_survives_float_and_back():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert np.array_equal(images.to_uint8(images.to_float32(pixels)), pixels)


def test_rounding_clips_first():
    planes = np.array([[[-1.0, 2.0, 0.4999 / 255, 0.5001 / 255]]])
    assert images.to_uint8(planes)[0, :, 0].tolist() == [0, 255, 0, 1]


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((4, 4, 2), np.uint8)]
)
def test_only_uint8_images_at_the_edge(wrong):
    with pytest.raises(ValueError, match="want uint8"):
        images.to_float32(wrong)


@pytest.mark.parametrize(
    ("mode", "shape"),
    [
        ("L", (5, 7, 1)),
        ("1", (5, 7, 1)),
        ("LA", (5, 7, 1)),
        ("P", (5, 7, 3)),
        ("RGBA", (5, 7, 3)),
        ("RGB", (5, 7, 3)),
    ],
)
def test_reading_gives_gray_or_rgb(tmp_path, mode, shape):
    path = tmp_path / "ein bild ä.png"
    Image.new(mode, (7, 5)).save(path)
    assert images.read_uint8(path).shape == shape


def test_sixteen_bits_are_refused(tmp_path):
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(UserError, match="deep.png: pixel format 'I;16'; allowed"):
        images.read_uint8(tmp_path / "deep.png")


def test_sixteen_bits_of_colour_are_refused(tmp_path):
    """Pillow would cut them to eight without a word. A 1x1 PNG, written by hand."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(7)))
        + chunk(b"IEND", b"")
    )
    (tmp_path / "deep.png").write_bytes(png)
    with pytest.raises(UserError, match="deep.png: 16 bits a sample; allowed: 8"):
        images.read_uint8(tmp_path / "deep.png")


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_is_named(tmp_path, content):
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(UserError, match="x.png: not an image"):
        images.read_uint8(tmp_path / "x.png")


def test_truncated_files_are_refused(tmp_path):
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(out, "png")
    (tmp_path / "half.png").write_bytes(out.getvalue()[: len(out.getvalue()) // 2])
    with pytest.raises(UserError, match="half.png: not an image"):
        images.read_uint8(tmp_path / "half.png")


def test_bombs_are_refused(tmp_path, monkeypatch):
    Image.new("L", (300, 300)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40_000)
    with pytest.raises(UserError, match="bomb.png: .*decompression bomb"):
        images.read_uint8(tmp_path / "bomb.png")
