"""EXIF, also of types that nobody expects, and TIFF's directory, in which it stands."""

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import ImageFileDirectory_v2
from PIL.TiffTags import ASCII, RATIONAL
from skimage import data

from unjpeg.photos.photo import read_photo

from .test_photo import TOLD, exif, file, through, told


@pytest.fixture(scope="module")
def cat():
    return Image.fromarray(data.chelsea()[50:90, 100:160])


def test_what_a_tiff_says_of_its_own_pixels_stays_there(cat):
    photo = read_photo(file(cat, exif=exif()))
    source = photo.encode(photo.pixels, "tiff")
    found = read_photo(source)
    tags = Image.Exif()
    tags.load(found.kept["exif"])
    assert {*tags} == {0x010F, IFD.Exif, IFD.GPSInfo}
    again = through(source, "tiff")
    assert told(again) == TOLD and np.array_equal(again, cat)


def test_a_tiff_is_compressed_with_all_its_tags(cat):
    flat = file(Image.new("RGB", (500, 400)), exif=exif())  # of several strips
    photo = read_photo(flat)
    assert len(photo.encode(photo.pixels, "tiff")) < 10_000
    found = through(flat, "tiff")
    assert told(found) == TOLD and found.info["compression"] == "tiff_adobe_deflate"
    for image in (cat.convert("L"), cat.convert("RGBA"), Image.fromarray(np.full((40, 60), 999, np.uint16))):
        assert np.array_equal(through(file(image, exif=exif()), "tiff"), image)


@pytest.mark.parametrize("format", ["png", "webp", "tiff", "jpeg"])
def test_tags_of_another_type_are_left_out_and_told(cat, format):
    """As files have them; the last one, with libtiff, ends the process."""
    strange = ImageFileDirectory_v2()
    types = {0x0112: (ASCII, "6"), 0x011A: (ASCII, "72"), 0x010F: (ASCII, "maker"), 18246: (RATIONAL, 0.5)}
    for tag, (kind, value) in types.items():
        strange.tagtype[tag], strange[tag] = kind, value
    source = file(cat, "jpeg", quality=95, exif=b"Exif\0\0II*\0\x08\0\0\0" + strange.tobytes(8))
    photo = read_photo(source)
    assert photo.notes == ["EXIF tags left out that cannot be written: 0x112, 0x11a"]
    found = through(source, format)
    assert found.size == cat.size and dict(found.getexif())[0x010F] == "maker"


def test_what_is_no_exif_is_none(cat):
    photo = read_photo(file(cat, "jpeg", exif=b"Exif\0\0" + b"garbage" * 9))
    assert "exif" not in photo.kept
