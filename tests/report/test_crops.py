"""`unjpeg crops`: pixels as they are in their sources, windows by damage, choices without the models."""

import numpy as np
import pytest
from PIL import Image

from unjpeg import images, jpeg
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.report.regions import spread, visibility, worst_region
from unjpeg.report.sheet import ACROSS, Crop, Row, draw, fitted, places


@pytest.mark.parametrize("degradation", ["gray-q10", "q20", "gray-q40+s4x4+q10"])
def test_crops_are_the_sources_pixel_for_pixel(study, degradation):
    sheet = np.asarray(Image.open(study.crops(degradation, "--images", 1, "--size", 64)))
    inputs = {}
    for name, pixels in study.clean.items():
        clean = jpeg.reference(pixels, parse(degradation))
        error = ((study.restored("none", name, degradation).astype(float) - clean) ** 2).mean()
        inputs[name] = -error
    name = sorted(inputs, key=inputs.get)[1]  # the lower one of the two in the middle
    clean = jpeg.reference(study.clean[name], parse(degradation))
    made = [clean, *(study.restored(model, name, degradation) for model in ("none", "half", "worse"))]
    top, left = worst_region(clean, made[1], 64)
    corners = places([Row("", "", [Crop(clean, "", "")] * 4)], 64)[0]
    for pixels, (x, y) in zip(made, corners, strict=True):
        window = np.broadcast_to(pixels[top : top + 64, left : left + 64], (64, 64, 3))
        assert np.array_equal(sheet[y : y + 64, x : x + 64], window)


def test_same_bytes_twice(study):
    assert study.crops("q20", out="a").read_bytes() == study.crops("q20", out="b").read_bytes()


def test_window_is_at_the_damage_and_not_in_noise():
    rng = np.random.default_rng(0)
    clean = np.full((256, 256, 1), 100, np.uint8)
    clean[:128, :128, 0] = np.clip(rng.normal(128, 40, (128, 128)), 0, 255)
    clean[128:, 128:, 0] += (60 * (np.arange(128) // 11 % 2)).astype(np.uint8)
    degraded = images.read_uint8(jpeg.degrade(clean, parse("gray-q5")))
    errors = np.abs(degraded.astype(int) - clean)[..., 0]
    assert errors[:128, :128].sum() > 2 * errors[128:, 128:].sum()
    top, left = worst_region(clean, degraded, 64)
    assert top >= 64
    assert left >= 64
    assert (top % 8, left % 8) == (0, 0)


def test_visibility_is_low_in_noise_and_high_on_edges():
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    edge = np.zeros((64, 64, 3), np.uint8)
    edge[:, 32:] = 200
    assert visibility(noise).mean() < 0.2
    assert visibility(edge).min() > 0.99


def test_images_are_spread_over_the_ranks():
    values = {"a": 30.0, "b": 28.0, "c": float("inf"), "d": 29.0, "e": 31.0}
    assert spread(values, 3) == ["b", "a", "c"]
    assert spread(values, 1) == ["a"]
    assert spread(values, 9) == ["b", "d", "a", "e", "c"]


def test_images_smaller_than_the_window_are_shown_whole(study):
    sheet = Image.open(study.crops("gray-q10", "--images", 9, "--size", 200))
    assert sheet.size[0] == 8 + 4 * 208
    top, left = worst_region(study.clean["toy-0"], study.clean["toy-0"], 200)
    assert (top, left) == (0, 0)


def test_many_models_go_on_below():
    crop = Crop(np.zeros((16, 16, 1), np.uint8), "black", "")
    corners = places([Row("one", "", [crop] * (ACROSS + 1)), Row("two", "", [crop])], 16)
    assert corners[0][ACROSS][0] == corners[0][0][0]
    assert corners[0][ACROSS][1] > corners[0][0][1] + 16
    assert corners[1][0][1] > corners[0][ACROSS][1] + 16
    picture = np.asarray(draw([Row("one", "", [crop] * (ACROSS + 1)), Row("two", "", [crop])], 16))
    for x, y in (*corners[0], *corners[1]):
        assert not picture[y : y + 16, x : x + 16].any()


def test_labels_are_cut_to_their_crop():
    from PIL import ImageFont

    font = ImageFont.load_default(12)
    assert fitted("short", font, 128) == "short"
    cut = fitted("a-name-that-is-much-too-long-for-its-crop", font, 128)
    assert font.getlength(cut) <= 128
    assert cut.startswith("a-name")
    assert cut.endswith("crop")
    assert "..." in cut


def test_an_image_that_a_model_lacks_is_named(study):
    from unjpeg.store.encoded import write_encoded

    write_encoded(study.root / "restored/half/toys/q20.h5", [("other", b"")], {})
    with pytest.raises(UserError, match=r"half/toys/q20.h5: no image 'toy-\d'"):
        study.crops("q20")
