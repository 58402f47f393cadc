"""bfloat16 is used where it is native and leaves the picture as it is, and nowhere else."""

import json

import numpy as np
import pytest
import torch
from skimage import data

from unjpeg import models, zoo
from unjpeg.cli import main
from unjpeg.degradation import Compress
from unjpeg.errors import UserError
from unjpeg.images import read_uint8
from unjpeg.jpeg import encode
from unjpeg.metrics.psnr import decibels, squared_error
from unjpeg.photos import precision
from unjpeg.photos.precision import faithful, in_precision
from unjpeg.restorer import Restorer
from unjpeg.store.weights import write_weights


@pytest.fixture(scope="module")
def photo():
    return Restorer(zoo.find("photo"))


@pytest.fixture
def drawn(tmp_path):
    """A function (arch, settings) -> Restorer with drawn weights."""

    def make(arch: str, settings: dict) -> Restorer:
        torch.manual_seed(0)
        model = models.load(arch).Model(channels=3, **settings)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.data += 0.02 * torch.randn_like(parameter)
        weights = {k: v.numpy() for k, v in model.state_dict().items()}
        write_weights(tmp_path / "model.safetensors", weights, {"arch": arch})
        card = {"model": "drawn", "arch": arch, "channels": 3, "settings": settings, "recipe": "regression"}
        (tmp_path / "card.json").write_text(json.dumps(card))
        return Restorer(tmp_path)

    return make


def of(restorer: Restorer, name: str) -> bool:
    """Whether that precision is bfloat16."""
    return in_precision(restorer, name) is not restorer


def test_the_shipped_network_may_be_halved(photo):
    assert faithful(in_precision(photo, "bfloat16"), photo)


def test_a_network_that_makes_the_picture_itself_may_not(drawn, monkeypatch):
    monkeypatch.setattr(precision, "native", lambda device: True)
    whole = drawn("conv_unit", {"init": "he", "skip": False})
    assert not faithful(in_precision(whole, "bfloat16"), whole)
    assert not of(whole, "auto")


def test_auto_wants_a_processor_that_has_it(photo, monkeypatch):
    monkeypatch.setattr(precision, "native", lambda device: False)
    assert not of(photo, "auto")
    monkeypatch.setattr(precision, "native", lambda device: True)
    assert of(photo, "auto")
    assert not of(photo, "float32")


def test_pixels_differ_by_a_tenth_of_a_level_and_the_result_is_as_good(photo):
    clean = np.ascontiguousarray(data.astronaut()[:240, 80:400])
    pixels = read_uint8(encode(clean, Compress(10, "420")))
    whole, half = (in_precision(photo, name)(pixels) for name in ("float32", "bfloat16"))
    off = np.abs(whole.astype(int) - half)
    assert 0 < off.mean() < 0.15
    assert off.max() <= 3
    good, gain = (decibels(squared_error(x, clean)) for x in (whole, pixels))
    assert decibels(squared_error(half, clean)) == pytest.approx(good, abs=0.02)
    assert good > gain + 0.5


def test_a_network_that_is_told_a_quality_runs_in_both(drawn):
    from unjpeg.photos.quality import told

    restorer = drawn("fbcnn", models.load("fbcnn").TINY)
    pixels = np.full((32, 32, 3), 90, np.uint8)
    assert told(in_precision(restorer, "bfloat16"), 30)(pixels).shape == pixels.shape


def test_another_name_is_refused(photo, tmp_path, capsys):
    with pytest.raises(UserError, match="precision 'half'; allowed: auto, float32, bfloat16"):
        in_precision(photo, "half")
    with pytest.raises(SystemExit) as error:
        main(["restore", str(tmp_path), "--precision", "half"])
    assert error.value.code == 2
    assert "half" in capsys.readouterr().err
