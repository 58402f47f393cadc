"""NIQE and BRISQUE with the authors' parameters: known values of known images."""

import hashlib
from pathlib import Path

import pytest

from unjpeg import images, jpeg
from unjpeg.degradation import parse
from unjpeg.metrics import brisque, niqe, protocol, score

COLOR = protocol.named("color-444")
# pyiqa's own calibration table: its distorted images I03, I04, I06, I08, I19, which come with its wheel.
# The first's covariance is nearly singular: NIQE is 15.656, 15.655 or 15.653 as MKL computes on a processor.
NIQE = (15.656, 3.6549, 3.2342, 3.1917, 9.0727)
BRISQUE = (94.644, -0.107, 1.073, 5.145, 66.84)


def test_pyiqa_s_calibration_images(published):
    from unjpeg import torchvision_shim

    torchvision_shim.ensure()
    import pyiqa

    files = sorted((Path(pyiqa.__file__).parents[1] / "ResultsCalibra/dist_dir").glob("*.bmp"))
    if len(files) != 5:
        pytest.skip("pyiqa's calibration images are not installed")
    pixels = [images.read_uint8(file) for file in files]
    first, *others = (niqe.score(x, None, COLOR) for x in pixels)
    assert first == pytest.approx(NIQE[0], abs=4e-3)
    assert others == pytest.approx(NIQE[1:], abs=5e-4)
    assert [brisque.score(x, None, COLOR) for x in pixels] == pytest.approx(BRISQUE, abs=1e-2)


# Recorded with pyiqa 0.1.16. The JPEG is gray, whose pixels are the same from every libjpeg.
@pytest.mark.parametrize(
    ("text", "wanted"),
    [("none", (12.4790, 43.203)), ("gray-none", (12.3284, 43.170)), ("gray-q10", (9.0604, 70.679))],
)
def test_a_generated_picture(published, generated, text, wanted):
    assert hashlib.sha256(generated).hexdigest().startswith("c58f21c9777afe79")
    image, named = images.read_uint8(jpeg.degrade(generated, parse(text))), protocol.default_for(parse(text))
    assert niqe.score(image, None, named) == pytest.approx(wanted[0], abs=1e-3)
    assert brisque.score(image, None, named) == pytest.approx(wanted[1], abs=2e-2)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("gray-none", "5.04 19.5"), ("gray-q10", "7.16 64.3"), ("gray-q40", "4.46 31.4")],
)
def test_classic5(published, shared, text, wanted):
    rows = []
    for file in sorted((shared / "data/classic5").glob("*.bmp")):
        image = images.read_uint8(jpeg.degrade(images.read_uint8(file), parse(text)))
        rows.append(score.score_all(image, None, protocol.GRAY, ["niqe", "brisque"]))
    mean = score.mean(rows)
    assert f"{mean['niqe']:.2f} {mean['brisque']:.1f}" == wanted
