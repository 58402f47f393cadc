"""`from unjpeg import restore, detect`, and the example of its documentation."""

import io
import re
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from skimage import data

import unjpeg
from unjpeg.cli import main
from unjpeg.degradation import Compress
from unjpeg.errors import UserError
from unjpeg.images import read_uint8
from unjpeg.jpeg import encode


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


def test_float32_is_what_the_command_line_gives_with_it(file, tmp_path):
    (tmp_path / "a.jpg").write_bytes(file)
    for precision in ("float32", "bfloat16"):
        found = tmp_path / f"{precision}.png"
        assert main(["restore", str(tmp_path / "a.jpg"), "-o", str(found), "--precision", precision]) == 0
        assert np.array_equal(np.asarray(Image.open(found)), unjpeg.restore(file, precision=precision))
    assert unjpeg.restore(file, precision="float32") != unjpeg.restore(file, precision="bfloat16")
    with pytest.raises(UserError, match="^precision 'half'; allowed: auto, float32, bfloat16$"):
        unjpeg.restore(file, precision="half")


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("consistent", [None, True, False])
def test_twice_compressed_is_what_the_command_line_gives(clean, tmp_path, consistent, force):
    """Whether it is kept to the file is the detector's question, for both."""
    first = read_uint8(encode(clean, Compress(20, "444")))
    (tmp_path / "a.jpg").write_bytes(encode(first, Compress(80, "444")))
    options = {None: [], True: ["--consistent"], False: ["--no-consistent"]}[consistent]
    words = ["restore", str(tmp_path / "a.jpg"), "-o", str(tmp_path / "a.png"), "--precision", "float32"]
    assert main([*words, *options, *force]) == 0
    data = (tmp_path / "a.jpg").read_bytes()
    assert unjpeg.detect(data).answer == "compressed twice"
    ours = unjpeg.restore(data, consistent=consistent, precision="float32")
    assert np.array_equal(ours, Image.open(tmp_path / "a.png"))


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("strength", 1.5, "0 to 1"),
        ("strength", float("nan"), "0 to 1"),
        ("strength", "half", "0 to 1"),
        ("quality", 0, "1 to 100"),
        ("quality", [10], "1 to 100"),
        ("precision", None, "auto, float32, bfloat16"),
        ("device", "tpu", "cpu, cuda"),
        ("device", ["cpu"], "cpu, cuda"),
        ("consistent", "yes", "True, False, None"),
        ("model", 3, "ar-cnn-q10"),
        ("max_memory", "2", "a number above 0"),
        ("max_memory", 0, "a number above 0"),
        ("max_pixels", float("inf"), "a number above 0"),
    ],
)
def test_a_wrong_wish_is_one_line_that_names_it(file, name, value, allowed):
    with pytest.raises(UserError, match=rf"^.*{name}.*; allowed: {allowed}.*$") as error:
        unjpeg.restore(file, **{name: value})
    assert "\n" not in str(error.value)


def test_what_the_process_holds_is_not_counted_unless_it_is_asked_for(file, monkeypatch):
    from unjpeg.photos import memory

    holds = SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=5 << 30))
    monkeypatch.setattr(memory.psutil, "Process", lambda: holds)
    assert unjpeg.restore(file).size == unjpeg.restore(file, max_memory=6).size == (200, 160)
    with pytest.raises(UserError, match="^200x160 pixels need .*; of max-memory the program alone leaves"):
        unjpeg.restore(file, max_memory=5)


def test_a_limit_of_pixels(file):
    for function in (unjpeg.restore, unjpeg.detect):
        assert function(file, max_pixels=0.032)
        with pytest.raises(UserError, match=r"^200x160 pixels; allowed: 0\.031 megapixels \(max-pixels\)$"):
            function(file, max_pixels=0.031)


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 1), (40, 50, 3)])
def test_arrays_keep_their_shape(clean, shape):
    pixels = np.ascontiguousarray(
        np.broadcast_to(clean[:40, :50, :1].reshape(shape[:2] + (1,) * (len(shape) - 2)), shape)
    )
    assert unjpeg.restore(pixels).shape == shape
    assert unjpeg.restore(pixels, strength=0).tolist() == pixels.tolist()


def test_what_belongs_to_a_picture_is_in_the_result_and_nothing_else(file):
    image, tags = Image.open(io.BytesIO(file)), Image.Exif()
    tags[0x010F], tags[0x0112] = "maker", 6
    out = io.BytesIO()
    image.save(out, "jpeg", quality=15, exif=tags, xmp=b"<x/>", icc_profile=b"any", dpi=(300, 300))
    opened = Image.open(out)
    for source in (out.getvalue(), opened):
        found = unjpeg.restore(source)
        assert (found.size, dict(found.getexif())) == ((160, 200), {0x010F: "maker"})
        assert {key: found.info[key] for key in ("xmp", "icc_profile", "dpi")} == {
            "xmp": b"<x/>",
            "icc_profile": b"any",
            "dpi": (300, 300),
        }
    assert opened.getexif()[0x0112] == 6  # the caller's image is as it was


@pytest.mark.parametrize(
    ("wrong", "kept"),
    [
        ({"xmp": '<x tiff:Orientation="6"/>', "dpi": 300}, {"xmp": b"<x />", "dpi": (300, 300)}),
        ({"xmp": 7, "dpi": "300", "icc_profile": "sRGB", "exif": "none"}, {}),
        ({"xmp": None, "dpi": (300, "x"), "icc_profile": [1]}, {}),
        ({"dpi": (300,), "exif": b"Exif"}, {}),
    ],
)
def test_what_belongs_to_a_picture_may_be_of_any_type(clean, wrong, kept):
    image = Image.fromarray(clean[:40, :50])
    image.info.update(wrong)
    found = unjpeg.restore(image)
    assert {key: found.info[key] for key in found.info} == kept
    assert found.size == ((40, 50) if kept else (50, 40)) and unjpeg.detect(image)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_modes_that_are_restored(clean, mode):
    image = Image.fromarray(clean[:40, :50])
    image = image.convert(mode) if mode != "I;16" else Image.fromarray(clean[:40, :50, 0].astype(np.uint16))
    assert unjpeg.restore(image).size == (50, 40)
    assert unjpeg.detect(image).answer


@pytest.mark.parametrize("mode", ["F", "LAB", "HSV", "RGBX", "RGBa", "La"])
def test_modes_that_are_refused(mode):
    for function in (unjpeg.restore, unjpeg.detect):
        with pytest.raises(UserError, match=f"^pixel format '{mode}'; allowed"):
            function(Image.new(mode, (9, 9)))


def test_a_detection_has_a_quality(file):
    seen = unjpeg.detect(file)
    assert seen.answer.startswith("compressed")
    assert seen.quality == pytest.approx(15, abs=2)


WRONG = [
    np.zeros((4, 4)),
    np.zeros((4, 4, 2), np.uint8),
    np.zeros((0, 5, 3), np.uint8),
    "photo.jpg",
    b"hello",
]


@pytest.mark.parametrize("wrong", [*WRONG, Image.new("RGB", (0, 5))])
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
