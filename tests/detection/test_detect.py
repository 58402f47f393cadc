"""`unjpeg detect`: photos, folders, sets; what cannot be answered is said in one line."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unjpeg.degradation import Compress, parse
from unjpeg.detection import MOST, Detection, Detector
from unjpeg.errors import UserError
from unjpeg.images import png, read_uint8
from unjpeg.jpeg import degrade, encode
from unjpeg.store.encoded import write_encoded


def detect(model, *arguments):
    command = [sys.executable, "-m", "unjpeg", "detect", "--model", model, *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


@pytest.fixture(scope="module")
def photo():
    return np.ascontiguousarray(data.astronaut()[:300, :290])


@pytest.fixture(scope="module")
def q10(photo):
    return read_uint8(encode(photo, Compress(10)))


@pytest.fixture(scope="module")
def seen(detector):
    return Detector(detector)


def test_a_photo_and_what_a_jpeg_made_of_it(seen, photo, q10):
    assert seen(photo).label == "none"
    found = seen(q10)
    assert found.label == "single"
    assert found.compressed > 0.5
    assert abs(found.quality - 10) < 15
    assert sum(found.probabilities) == pytest.approx(1)
    assert np.array_equal(seen(q10).tiles, found.tiles)


def test_a_cut_jpeg_is_taken_from_its_own_grid(seen, q10):
    whole, cut = seen(q10), seen(q10[3:, 5:])
    assert cut.label == "single"
    assert seen.seen(q10[3:, 5:, 1]).shape[1:] == (120, 65)
    assert np.allclose(whole.quality, cut.quality, atol=5)


def test_tiles_of_a_large_image_are_few_and_spread(seen):
    large = np.random.default_rng(0).integers(0, 256, (1600, 1900)).astype(np.uint8)
    assert len(seen.seen(large)) == MOST


@pytest.mark.parametrize("rule", ["mean", "majority"])
def test_gray_and_small_images_are_answered(seen, photo, q10, rule):
    assert seen(q10[..., 1:2], rule).label in ("none", "single", "double")
    assert len(seen(q10[:140, :100], rule).tiles) == 1


@pytest.mark.parametrize(
    ("pixels", "note"),
    [
        (np.zeros((1, 1, 3), np.uint8), "1x1 pixels are too few; 96 a side are the least"),
        (np.full((300, 300, 1), 77, np.uint8), "all pixels are equal"),
    ],
)
def test_nothing_to_see_is_not_sure(seen, pixels, note):
    found = seen(pixels)
    assert (found.answer, found.note, found.quality) == ("not sure", note, None)


@pytest.mark.parametrize(
    ("probabilities", "answer"),
    [
        ((0.9, 0.05, 0.05), "never compressed"),
        ((0.02, 0.9, 0.08), "compressed once"),
        ((0.02, 0.08, 0.9), "compressed twice"),
        ((0.1, 0.5, 0.4), "compressed, once or twice"),
        ((0.5, 0.3, 0.2), "not sure"),
    ],
)
def test_no_more_is_answered_than_is_known(probabilities, answer):
    assert Detection("none", probabilities, None, np.zeros((0, 3))).answer == answer


def test_the_majority_is_the_published_rule(seen, monkeypatch, q10):
    votes = np.array([[0.5, 0.4, 0.1]] * 2 + [[0.1, 0.8, 0.1]] * 1 + [[0.1, 0.1, 0.8]] * 1)
    monkeypatch.setattr(Detector, "judge", lambda self, features: (votes, None))
    assert seen(q10, "majority").label == "none"
    assert seen(q10, "mean").label == "single"


def test_the_verb_prints_a_table_and_json(detector, tmp_path, photo, q10):
    (tmp_path / "a.jpg").write_bytes(encode(photo, Compress(10)))
    (tmp_path / "b.png").write_bytes(png(photo))
    (tmp_path / "notes.txt").write_text("no image")
    table = detect(detector, tmp_path)
    assert table.returncode == 0, table.stderr
    lines = table.stdout.splitlines()
    assert " ".join(lines[0].split()) == "image answer never once twice quality the file says"
    assert len(lines) == 3
    assert "JPEG, q10, 4:2:0" in lines[1]
    assert "no JPEG" in lines[2]
    found = json.loads(detect(detector, tmp_path / "a.jpg", tmp_path / "b.png", "--json").stdout)
    assert [len(t) for t in found[0]["jpeg"].pop("tables").values()] == [64, 64]
    assert [one["jpeg"] for one in found] == [
        {"quality": 10, "exact": True, "sampling": "4:2:0", "progressive": False},
        None,
    ]
    assert list(found[0]) == [
        *("image", "error", "answer", "label", "probabilities", "quality", "tiles", "note", "jpeg"),
    ]
    assert found[1]["label"] == "none"


def test_a_limit_of_pixels(detector, tmp_path, photo):
    (tmp_path / "a.png").write_bytes(png(photo))
    assert detect(detector, tmp_path, "--max-pixels", "0.09").returncode == 0
    done = detect(detector, tmp_path, "--max-pixels", "0.08")
    assert done.stderr == f"{tmp_path}/a.png: 290x300 pixels; allowed: 0.08 megapixels (max-pixels)\n"


def test_one_bad_file_does_not_stop_the_others(detector, tmp_path, photo):
    (tmp_path / "good.png").write_bytes(png(photo))
    (tmp_path / "short.jpg").write_bytes(encode(photo, Compress(10))[:900])
    (tmp_path / "empty.png").write_bytes(b"")
    Image.fromarray(photo[..., 0] * np.uint16(257)).save(tmp_path / "deep.png")  # read as `restore` reads it
    done = detect(detector, tmp_path, tmp_path / "absent.png")
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [
        f"{tmp_path}/deep.png",
        f"{tmp_path}/good.png",
    ]
    errors = done.stderr.splitlines()
    for name in ("short.jpg", "empty.png", "absent.png"):
        assert sum(name in line for line in errors) == 1
    assert "Traceback" not in done.stderr


def test_a_set_becomes_rows(detector, tmp_path, photo):
    text = "q30+s4x4+q60"
    path, out = tmp_path / "set.h5", tmp_path / "out.csv"
    attrs = {"dataset": "toys", "degradation": text}
    write_encoded(path, [("a", degrade(photo, parse(text)))], attrs)
    assert detect(detector, path, "--output", out).returncode == 0
    rows = list(csv.DictReader(out.open()))
    assert [row["tile"] for row in rows] == ["all", "0"]
    assert {(row["model"], row["set"], row["degradation"]) for row in rows} == {("tiny", "toys", text)}


def test_a_set_of_something_else_is_one_line(detector, tmp_path, photo):
    write_encoded(tmp_path / "bare.h5", [("a", png(photo))], {"dataset": "toys"})
    write_encoded(
        tmp_path / "pairs.h5", [("a", b"", b"")], {"dataset": "toys", "degradation": "q10"}, ("b", "c")
    )
    (tmp_path / "a.png").write_bytes(png(photo))
    done = detect(detector, tmp_path / "bare.h5", tmp_path / "pairs.h5", tmp_path / "a.png")
    assert done.returncode == 1 and "a.png" in done.stdout
    assert done.stderr.splitlines() == [
        f"{tmp_path}/bare.h5: no degradation in it; want a file of `compress`",
        f"{tmp_path}/pairs.h5: no images in it; want a file of `compress`",
    ]


def test_other_networks_are_refused(detector, tmp_path):
    card = json.loads((detector / "card.json").read_text()) | {"arch": "ar_cnn"}
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(UserError, match="ar_cnn is a restore, it detects nothing"):
        Detector(tmp_path)
    done = detect(tmp_path / "nothing", tmp_path)
    assert done.returncode == 2
    assert "no model to detect with" in done.stderr


def test_what_only_seems_an_image_is_named_and_the_others_are_answered(detector, photo, tmp_path):
    folder = tmp_path / "photos"
    (folder / "folder.png").mkdir(parents=True)
    (folder / "text.png").write_text("good morning")
    (folder / "out.png").symlink_to(tmp_path / "elsewhere.png")
    for path in (tmp_path / "elsewhere.png", folder / "a photo ä.png", folder / "new\nline.png"):
        Image.fromarray(photo).save(path)
    Image.fromarray(photo).save(folder / "camera.jfif")  # `restore` takes it too
    done = detect(detector, folder)
    assert done.returncode == 1
    assert done.stdout.count("photo ä.png") == done.stdout.count("camera.jfif") == 1
    assert len(done.stdout.splitlines()) == 3
    reasons = {
        "folder": "a folder",
        "text": "not an image that can be read (no known format)",
        "out": "a link out of the folder",
    }
    told = [f"{folder}/{name}.png: {reason}" for name, reason in reasons.items()]
    control = f"{folder}/new\\nline.png: a control character, or bytes that are no UTF-8, in its name"
    assert sorted(done.stderr.splitlines()) == sorted([*told, control])


def test_nothing_that_can_be_read_is_no_table(detector, tmp_path):
    (tmp_path / "text.png").write_text("good morning")
    done = detect(detector, tmp_path / "text.png", tmp_path / "nowhere.png")
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [
        f"{tmp_path}/text.png",
        f"{tmp_path}/nowhere.png",
    ]
