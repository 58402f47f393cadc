"""`--max-memory` holds for the process as a whole, measured from outside."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

LIMIT = 0.42  # GiB; the process holds 0.26 with both models


PEAK = """
def peak():  # ru_maxrss begins with that of the process that started this one
    return 1024 * int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""
RUN = f"""{PEAK}
import sys
from unjpeg.cli import main
code = main(["restore", *sys.argv[1:], "--threads", "1"])
print("peak", peak() / 2**30)
sys.exit(code)
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="peaks are read from /proc")


def peak(*arguments):
    """(exit code, largest resident set in GiB, stderr) of `unjpeg restore`."""
    command = [sys.executable, "-c", RUN, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, float(done.stdout.split("peak ")[1]), done.stderr


def large(path, height, width, **options):
    photo = data.astronaut()
    tiles = np.tile(photo, (-(-height // 512), -(-width // 512), 1))[:height, :width]
    Image.fromarray(tiles).save(path, "jpeg", quality=40, **options)


def test_a_picture_whose_whole_forward_would_take_more(tmp_path):
    large(tmp_path / "a.jpg", 1500, 2000)
    code, most, errors = peak(tmp_path / "a.jpg", "-o", tmp_path / "a.png", "--max-memory", LIMIT)
    assert code == 0, errors
    assert most < LIMIT
    code, free, _ = peak(tmp_path / "a.jpg", "-o", tmp_path / "b.png", "--max-memory", 4)
    assert free > LIMIT
    ours, theirs = (np.asarray(Image.open(tmp_path / name)).astype(int) for name in ("a.png", "b.png"))
    assert np.abs(ours - theirs).max() <= 3  # a level from float sums, seen by the projection


@pytest.mark.parametrize("options", [{}, {"subsampling": 0, "progressive": True}])
def test_what_does_not_fit_is_refused_before_it_is_decoded(tmp_path, options):
    large(tmp_path / "a.jpg", 6000, 8000, **options)
    code, most, errors = peak(tmp_path / "a.jpg", "--max-memory", LIMIT)
    assert code == 1
    assert "8000x6000 pixels need " in errors
    assert most < LIMIT


STAGES = f"""{PEAK}
import io, sys
import numpy as np
from PIL import Image
from unjpeg.consistency import consistent
from unjpeg.photos.memory import used
from unjpeg.photos.photo import _needed, read_photo
from unjpeg.quantised import quantised
data = sys.stdin.buffer.read()
read_photo(small := open(sys.argv[1], "rb").read()).encode(read_photo(small).pixels)  # what is loaded once
consistent(read_photo(small).pixels, quantised(small))
begin = used()
photo = read_photo(data)
result = photo.pixels.copy()
if data[:2] == b"\\xff\\xd8" and (file := quantised(data)):
    result, _ = consistent(result, file, into=result)
    del file
photo.encode(result)
print((peak() - begin) / _needed(Image.open(io.BytesIO(data))))
"""


def test_the_estimate_is_above_what_a_picture_takes(tmp_path):
    """Each kind of file, in a process of its own, from decoding to the written file."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (2500, 3000, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    kinds = {
        "4:4:4": (noise, "jpeg", {"subsampling": 0, "progressive": True, "quality": 30}),
        "4:2:0": (noise, "jpeg", {"quality": 30, "exif": exif}),
        "gray": (noise.convert("L"), "jpeg", {"quality": 30}),
        "png": (noise, "png", {"compress_level": 0, "exif": exif}),
        "webp": (noise, "webp", {"quality": 10, "method": 0}),
        "wide": (Image.fromarray(np.asarray(noise.convert("L")).astype(np.uint16) * 257), "png", {}),
    }
    large(tmp_path / "small.jpg", 64, 64)
    for name, (image, format, options) in kinds.items():
        out = io.BytesIO()
        image.save(out, format, **options)
        command = [sys.executable, "-c", STAGES, tmp_path / "small.jpg"]
        done = subprocess.run(command, input=out.getvalue(), capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        assert 0.3 < float(done.stdout) <= 1, name
