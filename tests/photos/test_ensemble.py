"""`--ensemble`: the mean over turns, for any network, size and number of channels."""

import re

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data
from torch import nn

import unjpeg
from unjpeg import zoo
from unjpeg.cli import main
from unjpeg.degradation import Compress
from unjpeg.ensemble import TIMES, ensembled
from unjpeg.errors import UserError
from unjpeg.images import png, read_uint8
from unjpeg.jpeg import encode
from unjpeg.metrics.psnr import decibels, squared_error
from unjpeg.photos.memory import need_of
from unjpeg.photos.precision import in_precision
from unjpeg.restorer import Restorer


@pytest.fixture(scope="module")
def clean():
    return data.astronaut()[40:243, 100:331]  # sides of no multiple


@pytest.fixture(scope="module")
def photo():
    return Restorer(zoo.find("photo"))


class Downhill(nn.Module):
    """Each pixel plus half of the one above: knows up from down and left from right."""

    def forward(self, x):
        return x + 0.5 * torch.roll(x, 1, 2) + 0.25 * torch.roll(x, 1, 3)


@pytest.mark.parametrize("times", TIMES)
def test_it_is_the_mean_over_the_turns(photo, times):
    network = ensembled(photo, times)
    network.model = network.model if times == 1 else type(network.model)(Downhill(), network.model.turns)
    if times == 1:
        assert network is photo
        return
    x = torch.rand(1, 3, 16, 24)
    up, left = torch.roll(x, 1, 2), torch.roll(x, 1, 3)
    down, right = torch.roll(x, -1, 2), torch.roll(x, -1, 3)
    half = x + (0.5 * (up + down) + 0.25 * (left + right)) / 2
    all_of_them = x + 0.75 / 4 * (up + down + left + right)
    torch.testing.assert_close(network.model(x), half if times == 2 else all_of_them)


@pytest.mark.parametrize("channels", [1, 3])
def test_more_turns_are_better(photo, clean, channels):
    want = clean[..., :channels]
    bad = read_uint8(encode(want, Compress(10, "420")))
    errors = [squared_error(ensembled(photo, times)(bad), want) for times in (1, 2, 8)]
    one, two, eight = map(decibels, errors)
    assert one < two < eight < one + 0.5


def test_tiles_are_the_whole_picture(photo, clean):
    network = ensembled(in_precision(photo, "float32"), 4)
    whole, tiles = network(clean, 256), network(clean, 64)
    assert np.abs(whole.astype(int) - tiles).max() <= 1


def test_memory_knows_of_it(photo):
    once, often = need_of(photo), need_of(ensembled(photo, 4))
    assert often[1] >= once[1]


def test_restore_and_evaluate_take_it(clean, tmp_path, capsys):
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean/a.png").write_bytes(png(clean))
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(encode(clean, Compress(10, "420")))
    scores = []
    for times in ("1", "4"):
        out = tmp_path / f"{times}.png"
        assert main(["restore", str(bad), "-o", str(out), "--ensemble", times]) == 0
        scores.append(decibels(squared_error(read_uint8(out.read_bytes()), clean)))
    assert scores[0] < scores[1]
    line = ["evaluate", str(tmp_path / "clean"), "--degradation", "q10", "--out", str(tmp_path / "x.csv")]
    assert main([*line, "--model", "photo", "--ensemble", "4", "--metrics", "psnr"]) == 0
    assert "photo+x4" in (tmp_path / "x.csv").read_text()
    capsys.readouterr()
    assert main([*line, "--ensemble", "4"]) == 2
    assert "--ensemble: for a --model, not for none" in capsys.readouterr().err


def test_a_program_has_it_too(clean, tmp_path):
    file = encode(clean, Compress(10, "420"))
    (tmp_path / "a.jpg").write_bytes(file)
    found = tmp_path / "a.png"
    words = [str(tmp_path / "a.jpg"), "-o", str(found), "--ensemble", "2", "--precision", "float32"]
    assert main(["restore", *words]) == 0
    ours = unjpeg.restore(file, ensemble=2, precision="float32")
    assert np.array_equal(ours, Image.open(found))
    assert not np.array_equal(ours, unjpeg.restore(file, precision="float32"))
    for wrong in (3, 0, 4.0, "2", [2]):
        with pytest.raises(UserError, match=re.escape(f"ensemble {wrong!r}; allowed: 1, 2, 4, 8")):
            unjpeg.restore(file, ensemble=wrong)
