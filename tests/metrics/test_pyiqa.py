"""What pyiqa computes, with parameter files of the right shapes and random numbers in them."""

import math
import os
import socket

import numpy as np
import pytest

from unjpeg.errors import UserError
from unjpeg.metrics import load, lpips, protocol, pyiqa_bridge, score
from unjpeg.parameters import VARIABLE, folder

NAMES = ["ms_ssim", "lpips", "niqe", "brisque"]
COLOR = protocol.named("color-420")


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(self, address):
        raise AssertionError(f"a scoring job reached for the network: {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    pyiqa_bridge._create.cache_clear()


@pytest.mark.parametrize("text", ["q10", "gray-q10"])
def test_values_are_finite_in_range_and_equal_when_built_again(pair, parameters, text):
    image, reference = pair(text)
    named = protocol.GRAY if "gray" in text else COLOR
    first = score.score_all(image, reference, named, NAMES)
    pyiqa_bridge._create.cache_clear()
    assert score.score_all(image, reference, named, NAMES) == first
    for name, value in first.items():
        low, high = load(name).CARD.range
        assert math.isfinite(value) and low <= value <= high


def test_nothing_else_in_the_process_changes(pair, parameters, capfd):
    import torch

    before = torch.random.get_rng_state(), torch.get_num_threads(), os.environ.get("TORCH_HOME")
    score.score_all(*pair("q10"), COLOR, NAMES)
    assert torch.equal(torch.random.get_rng_state(), before[0])
    assert (torch.get_num_threads(), os.environ.get("TORCH_HOME")) == before[1:]
    assert capfd.readouterr().out == ""


def test_the_number_of_threads_does_not_enter(pair, parameters):
    import torch

    image, reference = pair("q10")
    before = torch.get_num_threads()
    try:
        values = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            values.append(score.score_all(image, reference, COLOR, NAMES))
    finally:
        torch.set_num_threads(before)
    assert values[0] == values[1]


@pytest.mark.parametrize("name", ["lpips", "niqe", "brisque"])
def test_a_missing_file_is_named_before_pyiqa_is_asked(pair, tmp_path, monkeypatch, name):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(UserError) as error:
        load(name).score(*pair("q10"), COLOR)
    text = str(error.value)
    assert str(tmp_path / load(name).CARD.files[0]) in text
    assert "unjpeg parameters" in text and "\n" not in text


@pytest.mark.parametrize("name", ["lpips", "niqe", "brisque"])
def test_a_web_page_saved_as_parameters_is_one_line(pair, tmp_path, monkeypatch, name):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for file in load(name).CARD.files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("<!DOCTYPE html><title>404</title>" * 20)
    with pytest.raises(UserError, match=f"^{name}: parameter file cannot be read: {tmp_path}") as error:
        load(name).score(*pair("q10"), COLOR)
    assert "\n" not in str(error.value)


def test_the_default_folder_is_the_one_of_the_rule(monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert folder() == tmp_path / "resources/metrics"


def test_lpips_is_the_paper_s_formula_on_inputs_in_minus_one_to_one(pair, parameters):
    import torch
    import torch.nn.functional as F

    image, reference = pair("q10")
    backbone, heads = (torch.load(parameters / file) for file in lpips.CARD.files)

    def features(pixels):
        x = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None].double() / 127.5 - 1
        mean = torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1)
        deviation = torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1)
        x = (x - mean) / deviation
        for number, (stride, padding, pool) in zip((0, 3, 6, 8, 10), LAYERS, strict=True):
            x = F.max_pool2d(x, 3, 2) if pool else x
            weight, bias = (backbone[f"features.{number}.{part}"].double() for part in ("weight", "bias"))
            x = F.relu(F.conv2d(x, weight, bias, stride, padding))
            yield x / x.square().sum(1, keepdim=True).sqrt()

    wanted = 0.0
    for number, (x, y) in enumerate(zip(features(image), features(reference), strict=True)):
        head = heads[f"lin{number}.model.1.weight"].double()
        wanted += F.conv2d((x - y).square(), head).mean().item()
    assert lpips.score(image, reference, COLOR) == pytest.approx(wanted, rel=1e-4)


LAYERS = ((4, 2, False), (1, 2, True), (1, 1, True), (1, 1, False), (1, 1, False))


def test_lpips_of_gray_is_that_of_three_equal_channels(pair, parameters):
    image, reference = pair("gray-q10")
    value = lpips.score(image, reference, protocol.GRAY)
    assert value == lpips.score(image.repeat(3, 2), reference.repeat(3, 2), COLOR)
    assert lpips.score(image, image, protocol.GRAY) == 0.0
    assert lpips.score(reference, image, protocol.GRAY) == pytest.approx(value, rel=1e-6)


def test_a_flat_image_has_no_statistics_and_spoils_the_mean_loudly(pair, parameters):
    flat = np.full((200, 200, 1), 90, np.uint8)
    rows = [score.score_all(x, None, protocol.GRAY, ["niqe", "brisque"]) for x in (flat, pair("gray-q10")[0])]
    assert all(math.isnan(value) for value in score.mean(rows).values())


@pytest.mark.parametrize("name", NAMES)
def test_defined_at_min_side_and_refused_below(parameters, name):
    side = load(name).CARD.min_side
    random = np.random.default_rng(0)
    x, y = random.integers(0, 256, (2, side, side + 3, 3), np.uint8)
    assert math.isfinite(load(name).score(x, y, COLOR))
    with pytest.raises(
        UserError, match=f"{side + 3}x{side - 1} RGB is too small, not defined below {side} pixels"
    ):
        load(name).score(x[1:], y[1:], COLOR)
