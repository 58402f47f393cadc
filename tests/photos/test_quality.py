"""The quality that FBCNN is told: given, of the file, or estimated."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

import unjpeg
from unjpeg import zoo
from unjpeg.cli import main
from unjpeg.detection import Detection, Detector
from unjpeg.errors import UserError
from unjpeg.jpegfacts import facts
from unjpeg.photos.quality import quality_for, takes_quality
from unjpeg.photos.restoring import Wish, restored
from unjpeg.restorer import Restorer

from ..small_fbcnn import written


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture(scope="module")
def file():
    out = io.BytesIO()
    Image.fromarray(data.astronaut()[:240, 80:400]).save(out, "jpeg", quality=30)
    return out.getvalue()


def at(file, folder, quality=None, detector=None):
    return restored(file, Restorer(folder), detector, Wish(quality=quality, force=True, consistent=False))


def test_a_quality_reaches_the_network(file, folder):
    low, high = (at(file, folder, q) for q in (10, 90))
    assert (low.told, high.told) == (10, 90)
    assert np.abs(low.pixels.astype(int) - high.pixels).mean() > 0.5
    restorer = Restorer(folder)
    x = torch.from_numpy(low.photo.pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]
    with torch.inference_mode():
        wanted = restorer.model(x, torch.tensor([[10.0]]))[0].clamp(0, 1).permute(1, 2, 0).numpy()
    assert np.abs(low.pixels - 255 * wanted).max() <= 0.51


def test_the_files_own_quality_is_the_default(file, folder):
    own, given = at(file, folder), at(file, folder, 30)
    assert own.told == 30
    assert np.array_equal(own.pixels, given.pixels)
    assert not np.array_equal(own.pixels, at(file, folder, 60).pixels)


def test_where_there_is_no_jpeg_the_detector_estimates_it(file, folder):
    png = io.BytesIO()
    Image.open(io.BytesIO(file)).save(png, "png")
    blind = at(png.getvalue(), folder)
    assert blind.told is None  # the network's own estimate
    found = at(png.getvalue(), folder, detector=Detector(zoo.find("photo-detector")))
    assert found.told == pytest.approx(30, abs=2)
    assert not np.array_equal(blind.pixels, found.pixels)


def test_after_two_compressions_the_network_decides(file, folder):
    restorer, said = Restorer(folder), facts(file)
    once, twice = (Detection("", p, 90.0, np.empty((0, 3))) for p in ((0, 0.9, 0.1), (0, 0.1, 0.9)))
    assert quality_for(restorer, None, said, once) == 30
    assert quality_for(restorer, None, None, once) == 90
    assert quality_for(restorer, None, said, twice) is quality_for(restorer, None, None, twice) is None
    assert quality_for(restorer, 20, said, twice) == 20


def test_the_command_line_says_what_it_told(file, folder, tmp_path, capsys):
    (tmp_path / "a.jpg").write_bytes(file)
    results = []
    for options in ([], ["--quality", "30"], ["--quality", "90"]):
        target = tmp_path / f"{len(results)}.png"
        assert (
            main(["restore", str(tmp_path / "a.jpg"), "-o", str(target), "--model", str(folder), *options])
            == 0
        )
        results.append(np.asarray(Image.open(target)))
    assert np.array_equal(results[0], results[1]) and not np.array_equal(results[0], results[2])
    assert [
        f"told quality {q};" in line for q, line in zip((30, 30, 90), capsys.readouterr().err.splitlines())
    ]


def test_the_library_too(file, folder):
    own, given, other = (unjpeg.restore(file, model=folder, quality=q) for q in (None, 30, 90))
    assert own == given != other
    image = Image.open(io.BytesIO(file))
    estimated, given = (np.asarray(unjpeg.restore(image, model=folder, quality=q)) for q in (None, 90))
    assert not np.array_equal(estimated, given)


def test_other_networks_take_none(file, tmp_path, capsys):
    assert not takes_quality(Restorer(zoo.find("photo")).card)
    assert not takes_quality(Restorer(written(tmp_path / "plain", "regression")).card)
    (tmp_path / "a.jpg").write_bytes(file)
    assert main(["restore", str(tmp_path / "a.jpg"), "--quality", "30"]) == 2
    assert capsys.readouterr().err == "unjpeg restore: --quality 30: photo takes none; leave the option out\n"
    with pytest.raises(UserError, match="quality 30: photo takes none; leave it out"):
        unjpeg.restore(file, quality=30)


@pytest.mark.parametrize("wrong", [0, 101, -3, float("nan")])
def test_a_quality_is_1_to_100(file, folder, wrong):
    with pytest.raises(UserError, match="allowed: 1 to 100"):
        unjpeg.restore(file, model=folder, quality=wrong)
