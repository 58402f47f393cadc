import math
import subprocess
import sys
from pathlib import PurePosixPath

import numpy as np
import pytest

from unjpeg import metrics
from unjpeg.errors import UserError
from unjpeg.metrics import card, protocol, score

COLOR = protocol.named("color-420")
ALL = ["brisque", "lpips", "lpips_squeeze", "ms_ssim", "niqe", "psnr", "psnr_b", "ssim"]


def test_a_name_is_a_file():
    assert metrics.names() == ALL
    with pytest.raises(UserError, match="no metric 'psnrb'; did you mean 'psnr_b'"):
        metrics.load("psnrb")
    with pytest.raises(UserError, match="no metric 'protocol'"):
        metrics.load("protocol")


@pytest.mark.parametrize("name", ALL)
def test_every_card_says_what_a_table_needs(name):
    found = metrics.load(name).CARD
    assert isinstance(found, card.Card)
    assert found.name == name
    assert found.better in ("higher", "lower")
    assert found.range[0] < found.range[1]
    assert all((found.title, found.color, found.source))
    assert found.implementation.split()[0] == found.distribution
    assert not any(PurePosixPath(file).is_absolute() for file in found.files)


@pytest.mark.parametrize("name", ["psnr", "ssim", "psnr_b", "ms_ssim", "lpips"])
def test_better_is_the_direction_of_quality(pair, parameters, name):
    module = metrics.load(name)
    low, high = (module.score(*pair(text), COLOR) for text in ("q10", "q60"))
    assert (high > low) == (module.CARD.better == "higher")


def test_the_order_asked_for_is_kept(pair):
    assert list(score.score_all(*pair("q10"), COLOR, ["ssim", "psnr"])) == ["ssim", "psnr"]


def test_one_metric_that_cannot_be_had_stops_before_any_work(monkeypatch):
    x = np.zeros((40, 40, 3), np.uint8)
    monkeypatch.setattr(metrics.load("psnr"), "score", lambda *_: pytest.fail("computed"))
    with pytest.raises(UserError, match="niqe: image 40x40 RGB is too small"):
        score.score_all(x, x, COLOR, ["psnr", "niqe"])


def test_the_mean_hides_nothing():
    rows = [{"psnr": 30.0}, {"psnr": 40.0}]
    assert score.mean(rows) == {"psnr": 35.0}
    assert score.mean([*rows, {"psnr": math.inf}]) == {"psnr": math.inf}
    assert math.isnan(score.mean([*rows, {"psnr": math.nan}])["psnr"])
    with pytest.raises(UserError, match="no image"):
        score.mean([])
    with pytest.raises(ValueError, match="common mean"):
        score.mean([{"psnr": 1.0}, {"ssim": 1.0}])


def test_cards_and_own_metrics_come_without_torch():
    code = (
        "import sys; from unjpeg import metrics; from unjpeg.metrics import score;"
        "[metrics.load(n).CARD.implementation for n in metrics.names()];"
        "print([m for m in ('torch', 'pyiqa', 'torchvision') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
