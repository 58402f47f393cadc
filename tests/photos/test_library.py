"""`from unjpeg import restore, detect`, and the example of its documentation."""

import io
import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image
from skimage import data

import unjpeg
from unjpeg.errors import UserError


@pytest.fixture(scope="module")
def clean():
    return data.astronaut()[:160, 100:300]


@pytest.fixture(scope="module")
def file(clean):
    out = io.BytesIO()
    Image.fromarray(clean).save(out, "jpeg", quality=15)
    return out.getvalue()


def error(a, b):
    return np.square(np.asarray(a).astype(float) - b).mean()


def test_the_example_of_the_documentation_runs(file, tmp_path):
    from unjpeg import library

    (tmp_path / "photo.jpg").write_bytes(file)
    lines = re.findall(r"^    (.*)$", library.__doc__, re.MULTILINE)
    code = textwrap.dedent("\n".join(lines))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("compressed")
    assert Image.open(tmp_path / "photo.png").size == (200, 160)


def test_images_arrays_and_bytes_are_restored(clean, file):
    image = Image.open(io.BytesIO(file))
    before = error(image, clean)
    by_image, by_array, by_bytes = (unjpeg.restore(x) for x in (image, np.asarray(image), file))
    assert isinstance(by_image, Image.Image) and isinstance(by_array, np.ndarray)
    assert np.array_equal(by_image, by_array)
    assert error(by_bytes, clean) <= error(by_array, clean) < 0.9 * before


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 1), (40, 50, 3)])
def test_arrays_keep_their_shape(clean, shape):
    pixels = np.ascontiguousarray(
        np.broadcast_to(clean[:40, :50, :1].reshape(shape[:2] + (1,) * (len(shape) - 2)), shape)
    )
    assert unjpeg.restore(pixels).shape == shape
    assert unjpeg.restore(pixels, strength=0).tolist() == pixels.tolist()


def test_a_detection_has_a_quality(file):
    seen = unjpeg.detect(file)
    assert seen.answer.startswith("compressed")
    assert seen.quality == pytest.approx(15, abs=2)


@pytest.mark.parametrize("wrong", [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), "photo.jpg", b"hello"])
def test_what_is_no_picture_is_one_line(wrong):
    with pytest.raises(UserError) as error:
        unjpeg.restore(wrong)
    assert "\n" not in str(error.value)


def test_the_package_imports_no_torch():
    code = "import sys, unjpeg; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    with pytest.raises(AttributeError, match="no attribute 'restor'"):
        unjpeg.restor  # noqa: B018


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("limit", [100, 20_000])  # of 32,000 pixels; Pillow raises at twice it
def test_pillows_own_limit_of_pixels_is_not_ours(file, limit, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    assert unjpeg.restore(file).size == (200, 160)
    assert unjpeg.detect(file).answer == "compressed once"
    assert limit == Image.MAX_IMAGE_PIXELS
