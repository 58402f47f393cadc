"""What goes with the pixels of a picture survives, and hostile files are one line."""

import io

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image, ImageCms, ImageOps, PngImagePlugin
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import IFDRational
from skimage import data

from unjpeg.errors import UserError
from unjpeg.images import read_uint8
from unjpeg.photos.photo import read_photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF tiff:Orientation="6" dc:title="cat"/></x:xmpmeta>'


@pytest.fixture(scope="module")
def cat():
    return Image.fromarray(data.chelsea()[50:90, 100:160])


def file(image, format="png", **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def through(data, format="png"):
    """The picture that is written where nothing was restored."""
    photo = read_photo(data)
    image = Image.open(io.BytesIO(photo.encode(photo.pixels, format)))
    image.load()
    return image


def exif(orientation=1):
    """As a camera writes it: tags, and tags that stand for tags of their own."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0112] = "maker", orientation
    taken = tags.get_ifd(IFD.Exif)
    taken[0x9003], taken[0x829A], taken[0x927C] = "2020:01:01 00:00:00", IFDRational(1, 50), b"MAKER\0\1"
    taken[IFD.Interop] = {1: "R98"}
    tags.get_ifd(IFD.GPSInfo).update({1: "N", 2: (48.0, 12.0, 30.5)})
    return tags


def told(image):
    """What `exif` says, as it stands in an image."""
    found = image.getexif()
    taken, place = found.get_ifd(IFD.Exif), found.get_ifd(IFD.GPSInfo)
    return found[0x010F], taken[0x9003], taken[0x829A], found.get_ifd(IFD.Interop)[1], place[1], place[2]


TOLD = ("maker", "2020:01:01 00:00:00", 0.02, "R98", "N", (48.0, 12.0, 30.5))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["png", "webp", "tiff"])
def test_pictures_come_out_upright_once(cat, orientation, format):
    source = file(cat, exif=exif(orientation))
    found = through(source, format)
    assert np.array_equal(found.convert("RGB"), ImageOps.exif_transpose(Image.open(io.BytesIO(source))))
    assert found.getexif().get(0x0112, 1) == 1
    assert told(found) == TOLD


@pytest.mark.parametrize("format", ["png", "webp", "tiff", "jpeg"])
def test_profile_metadata_and_resolution_are_kept(cat, format):
    source = file(cat, "jpeg", icc_profile=SRGB, exif=exif(), xmp=XMP, dpi=(300, 300))
    found = through(source, format)
    assert found.info["icc_profile"] == SRGB
    assert told(found) == TOLD
    if format != "webp":
        assert found.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    kept = found.info.get("xmp") or found.info["XML:com.adobe.xmp"].encode()
    assert b'dc:title="cat"' in kept and b"Orientation" not in kept


def test_transparency_is_kept(cat):
    alpha = Image.linear_gradient("L").resize(cat.size)
    cat = cat.copy()
    cat.putalpha(alpha)
    for image in (cat, cat.convert("LA"), cat.quantize(64)):
        found = through(file(image))
        assert np.array_equal(found.getchannel("A"), image.convert("RGBA").getchannel("A"))
        assert np.array_equal(found.convert("RGBA"), image.convert("RGBA"))
    with pytest.raises(UserError, match="JPEG holds no transparency"):
        through(file(cat), "jpeg")


def test_sixteen_bits_of_gray_stay(cat):
    wide = (np.asarray(cat.convert("L")).astype(np.uint16) * 257 + 100).clip(0, 65535)
    photo = read_photo(file(Image.fromarray(wide)))
    assert photo.pixels.dtype == np.uint8 and photo.pixels.shape == (40, 60, 1)
    moved = photo.pixels.copy()
    moved[0, 0] += 2
    found = np.asarray(Image.open(io.BytesIO(photo.encode(moved))))
    assert found[0, 0] == min(wide[0, 0] + 514, 65535)
    assert np.array_equal(found[1:], wide[1:])


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_sixteen_bits_of_gray_become_eight_where_there_is_no_room(cat, format):
    wide = np.asarray(cat.convert("L")).astype(np.uint16) * 257
    photo = read_photo(file(Image.fromarray(wide)))
    (note,) = photo.left_out(format)
    assert note.startswith("16 bits became 8") and photo.left_out("png") == photo.left_out("tiff") == []
    found = np.asarray(Image.open(io.BytesIO(photo.encode(photo.pixels, format, 100))).convert("L"))
    assert np.abs(found.astype(int) - wide // 257).max() <= (2 if format == "jpeg" else 0)


@pytest.mark.parametrize("value", [-1, 65536])
def test_gray_beyond_sixteen_bits_is_refused(value):
    with pytest.raises(UserError, match=f"{value}.*; allowed: 16 bits, 0 to 65535"):
        read_photo(file(Image.new("I", (3, 3), value), "tiff"))
    assert read_photo(file(Image.new("I", (3, 3), 65535), "tiff")).wide.max() == 65535


def test_sixteen_bits_of_colour_are_said_to_be_read_as_eight(cat, tmp_path):
    import cv2

    cv2.imwrite(str(tmp_path / "wide.png"), np.asarray(cat).astype(np.uint16) * 257)
    photo = read_photo((tmp_path / "wide.png").read_bytes())
    assert photo.notes == ["16 bits a sample were read as 8"]


def test_cmyk_palette_and_frames(cat):
    photo = read_photo(file(cat.convert("CMYK"), "jpeg"))
    assert photo.pixels.shape == (40, 60, 3) and photo.notes == ["CMYK became RGB"]
    assert read_photo(file(cat.quantize(16))).pixels.shape == (40, 60, 3)
    assert read_photo(file(cat.convert("1"))).pixels.shape == (40, 60, 1)
    frames = file(cat, "gif", save_all=True, append_images=[cat.rotate(90)])
    assert read_photo(frames).notes == ["the first of 2 frames"]


@pytest.mark.parametrize("profile", [SRGB, b"garbage" * 40], ids=["srgb", "garbage"])
def test_a_profile_that_is_none_of_cmyk_is_left_out(cat, profile):
    bare, with_it = (
        read_photo(file(cat.convert("CMYK"), "jpeg", exif=exif(6), **options))
        for options in ({}, {"icc_profile": profile})
    )
    assert with_it.notes == ["CMYK became RGB", "colour profile left out, it is none of CMYK"]
    assert np.array_equal(bare.pixels, with_it.pixels)
    assert with_it.orientation == 6 and with_it.kept == bare.kept


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff"])
def test_a_resolution_that_no_format_holds_is_none(cat, format):
    source = file(cat, "tiff", dpi=(1e9, 1e9))
    assert "dpi" not in read_photo(source).kept
    assert through(source, format).size == cat.size


@pytest.mark.parametrize("broken", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_is_one_line(broken):
    with pytest.raises(UserError, match="^not an image that can be read") as error:
        read_photo(broken)
    assert "\n" not in str(error.value) and "0x" not in str(error.value)


def test_postscript_is_no_picture(cat, tmp_path, monkeypatch):
    """Pillow would have Ghostscript run it."""
    (tmp_path / "gs").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (tmp_path / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)
    for reader in (read_photo, read_uint8):
        with pytest.raises(UserError, match=r"not an image that can be read \(no known format\)$"):
            reader(file(cat, "eps"))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("format", ["bmp", "gif", "jpeg2000", "ppm", "mpo", "avif", "webp", "tiff"])
def test_formats_that_are_read(cat, format):
    assert read_photo(file(cat, format)).pixels.shape == read_uint8(file(cat, format)).shape == (40, 60, 3)


def test_long_profiles_and_texts_of_png_are_read(cat):
    long = np.random.default_rng(0).bytes(1 << 19).hex().encode()  # a mebibyte
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", long.decode() * 2, zip=True)
    source = file(cat, icc_profile=long * 2, pnginfo=texts)
    assert read_photo(source).kept["icc_profile"] == long * 2
    assert PngImagePlugin.MAX_TEXT_CHUNK == 1 << 20  # Pillow's own limit stands for everybody else
    bomb = file(cat, icc_profile=bytes(1 << 25))
    with pytest.raises(UserError, match="^not an image that can be read .*too large"):
        read_photo(bomb)


@pytest.mark.parametrize("length", [(1 << 20) - 1, 1 << 20])
def test_a_profile_that_makes_a_png_unreadable_is_left_out(cat, length):
    photo = read_photo(file(cat, "jpeg", icc_profile=bytes(length)))
    left = ["colour profile left out, more than PNG holds"] if length == 1 << 20 else []
    assert photo.left_out("png") == left and photo.left_out("tiff") == []
    found = Image.open(io.BytesIO(photo.encode(photo.pixels)))
    assert ("icc_profile" in found.info) != bool(left)
    assert len(through(file(cat, "jpeg", icc_profile=bytes(length)), "tiff").info["icc_profile"]) == length


def test_a_truncated_picture_is_one_line(cat):
    for format in ("png", "jpeg", "webp", "tiff"):
        whole = file(cat, format)
        with pytest.raises(UserError, match="^not an image that can be read"):
            read_photo(whole[: len(whole) // 2])


def test_a_bomb_is_refused_before_it_is_decoded():
    bomb = file(Image.new("1", (30_000, 30_000)))
    assert len(bomb) < 200_000
    with pytest.raises(UserError, match="30000x30000 pixels; allowed: 200 megapixels"):
        read_photo(bomb)
    assert Image.MAX_IMAGE_PIXELS  # Pillow's own limit stands for everybody else
