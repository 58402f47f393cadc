"""Multiply-adds against counts by hand; what is recorded of a model."""

import json
import mmap

import numpy as np
import pytest

from unjpeg import models
from unjpeg.cli import main
from unjpeg.cost import measure
from unjpeg.cost.count import multiply_adds
from unjpeg.store.weights import write_weights


@pytest.mark.parametrize(
    ("arch", "channels", "settings", "wanted"),
    [
        ("ar_cnn", 1, {}, 81 * 64 + 49 * 64 * 32 + 32 * 16 + 25 * 16),
        ("ar_cnn", 3, {}, 81 * 3 * 64 + 49 * 64 * 32 + 32 * 16 + 25 * 16 * 3),
        ("dncnn", 1, {}, 9 * 64 + 18 * 9 * 64 * 64 + 9 * 64),
        ("unshuffle_net", 3, {}, 58_752),
        ("unshuffle_net", 1, {}, 56_448),
        ("unshuffle_net", 3, {"depth": 10}, 95_616),
    ],
)
def test_multiply_adds_are_those_counted_by_hand(arch, channels, settings, wanted):
    assert multiply_adds(arch, channels, settings, 64) == wanted


def test_who_sees_the_whole_image_is_counted_too():
    """FBCNN's estimate of the quality is one for all pixels, so a pixel of a large image costs less."""
    settings = models.load("fbcnn").TINY
    small, large = (multiply_adds("fbcnn", 1, settings, side) for side in (64, 512))
    assert 0 < large < small < 2 * large


@pytest.fixture
def model(tmp_path):
    settings = {"widths": [4, 4, 4]}
    network = models.load("ar_cnn").Model(channels=1, **settings)
    folder = tmp_path / "small"
    write_weights(folder / "model.safetensors", {k: v.numpy() for k, v in network.state_dict().items()}, {})
    card = {"model": "small", "arch": "ar_cnn", "channels": 1, "run": "x", "settings": settings}
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def test_a_record_says_what_was_measured_where(model, tmp_path):
    assert main(["cost", "--model", str(model), "--output", str(tmp_path / "cost.json")]) == 0
    record = json.loads((tmp_path / "cost.json").read_text())
    assert record["multiply_adds"] == 81 * 4 + 49 * 16 + 16 + 25 * 4
    assert record["parameters"] == record["multiply_adds"] + 4 + 4 + 4 + 1
    assert (record["tile"], record["channels"], record["threads"]) == (512, 1, 1)
    assert record["milliseconds"] > 0 and record["cpu_milliseconds"] > 0
    assert record["device"]


def test_memory_is_what_was_taken_and_given_back():
    if (before := measure.resident()) is None:
        pytest.skip("this system tells no peak of memory")
    assert measure.grown(before) < 8
    # From the system: a worker's heap may have 64 MiB to spare.
    with mmap.mmap(-1, 2**26, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as taken:
        for _ in range(64):
            taken.write(bytes(2**20))
    assert 60 < measure.grown(before) < 80
    assert measure.grown(measure.resident()) < 8


def test_time_is_by_the_megapixel():
    calls = []
    found = measure.per_megapixel(lambda: calls.append(1))
    assert len(calls) == found["runs"] == measure.RUNS
    assert measure.picture(3).shape == (1024, 1024, 3)
    assert np.array_equal(measure.picture(1), measure.picture(1))


def test_a_peer_is_measured_too(tmp_path):
    assert main(["cost-peer", "--peer", "identity", "--output", str(tmp_path / "cost.json")]) == 0
    record = json.loads((tmp_path / "cost.json").read_text())
    assert (record["model"], record["parameters"], record["tile"]) == ("identity", None, None)
