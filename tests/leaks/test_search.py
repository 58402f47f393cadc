"""Copies and crops of photographs are found; other photographs are not."""

import csv
import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unjpeg.cli import main
from unjpeg.images import read_uint8
from unjpeg.leaks.search import Source, leaks
from unjpeg.leaks.table import COLUMNS

OTHERS = {name: getattr(data, name)() for name in ("astronaut", "chelsea", "rocket")}
PHOTO = data.coffee()  # 400 x 600


def resized(pixels, scale):
    height, width = pixels.shape[:2]
    size = round(width * scale), round(height * scale)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def jpeg(pixels, quality):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "jpeg", quality=quality)
    return read_uint8(out.getvalue())


def gray(pixels):
    return np.asarray(Image.fromarray(pixels).convert("L"))[..., None]


def found(test, train):
    """(kind, training image) for one test image."""
    pictures = [Source("train", name, lambda p=p: np.ascontiguousarray(p)) for name, p in train.items()]
    asked = [Source("test", "x", lambda: np.ascontiguousarray(test))]
    return [(leak.kind, leak.train.name) for leak in leaks(pictures, asked)]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("exact", lambda p: p),
        ("copy", lambda p: resized(p, 0.5)),
        ("copy", lambda p: resized(p, 0.2)),
        ("copy", lambda p: resized(p, 1.7)),
        ("copy", lambda p: jpeg(p, 10)),
        ("copy", gray),
        ("copy", lambda p: p[:, ::-1]),
        ("copy", lambda p: np.rot90(p)),
        ("copy", lambda p: jpeg(resized(np.rot90(p)[::-1], 0.6), 30)),
        ("crop", lambda p: p[101:357, 203:459]),
        ("crop", lambda p: p[121:281, 201:361]),
        ("crop", lambda p: jpeg(p[101:357, 203:459], 20)),
        ("crop", lambda p: p[101:357, 203:459][:, ::-1]),
        ("crop", lambda p: resized(p[50:350, 100:500], 0.7)),
        ("crop", lambda p: jpeg(resized(np.rot90(p[50:350, 100:500]), 1.4), 40)),
    ],
)
def test_a_changed_image_is_found(kind, change):
    train = {**OTHERS, "coffee": PHOTO}
    assert found(change(PHOTO), train) == [(kind, "coffee")]
    others = {name: change(p) for name, p in OTHERS.items()}
    assert found(PHOTO, {**others, "part": change(PHOTO)}) == [(kind, "part")], "the other way round"


def test_two_crops_that_share_a_part():
    assert found(PHOTO[:300, :350], {**OTHERS, "other": PHOTO[80:, 120:]}) == [("crop", "other")]


@pytest.mark.parametrize(
    "odd",
    [
        np.full((64, 64, 3), 128, np.uint8),
        np.zeros((1, 1, 1), np.uint8),
        np.tile(np.linspace(0, 255, 300).astype(np.uint8), (200, 1))[..., None],
        np.random.default_rng(0).integers(0, 256, (80, 90, 3), np.uint8),
        np.kron(np.indices((12, 12)).sum(0) % 2, np.ones((16, 16))).astype(np.uint8)[..., None] * 255,
    ],
    ids=["flat", "one pixel", "ramp", "noise", "checkerboard"],
)
def test_images_without_features(odd):
    others = {
        **OTHERS,
        "flat": np.full((64, 48, 1), 127, np.uint8),
        "ramp": np.indices((90, 200))[1][..., None],
    }
    others = {name: pixels.astype(np.uint8) for name, pixels in others.items()}
    found(odd, others)
    assert found(odd, {**OTHERS, "same": odd}) == [("exact", "same")]


@pytest.fixture
def folders(tmp_path):
    """train: three photographs; test: two others."""
    for name, pictures in (("train", OTHERS), ("test", {"coffee": PHOTO, "cat": data.camera()})):
        (tmp_path / name).mkdir()
        for image, pixels in pictures.items():
            Image.fromarray(pixels).save(tmp_path / name / f"{image}.png")
    return tmp_path


def run(folders, *options):
    train, test = folders / "train", folders / "test"
    return main(["leaks", "--train", str(train), "--test", str(test), *map(str, options)])


def test_folders_that_share_nothing(folders, capsys):
    assert run(folders, "--output", folders / "out.csv") == 0
    assert (folders / "out.csv").read_text() == ",".join(COLUMNS) + "\n"
    assert "2 test images against 3 training images: 0 leaks" in capsys.readouterr().err


def test_a_leak_is_one_line_and_leaves_no_file(folders, capsys):
    Image.fromarray(resized(PHOTO, 0.5)).save(folders / "train" / "Kaffee.webp", lossless=True)
    Image.fromarray(OTHERS["rocket"]).save(folders / "test" / "rocket.png")
    assert run(folders, "--output", folders / "out.csv") == 2
    assert sorted(p.name for p in folders.iterdir()) == ["test", "train"]
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith(f"unjpeg leaks: test image {folders}/test/coffee is training image ")
    assert f"{folders}/train/Kaffee (copy, similarity " in lines[-1]
    assert "2 leaks in all" in lines[-1]
    assert any("test/rocket" in line and "exact, similarity 1.000" in line for line in lines)


def test_an_allowed_pair_stands_in_the_table(folders):
    Image.fromarray(PHOTO[60:340, 100:450]).save(folders / "train" / "part.png")
    pair = f'{{"train": "{folders}/train", "test": "{folders}/test", "reason": "a test, of one"}}'
    assert run(folders, "--allowed", f"[{pair}]", "--output", folders / "out.csv") == 0
    (row,) = csv.DictReader(io.StringIO((folders / "out.csv").read_text()))
    assert (row["test_image"], row["training_image"], row["kind"]) == ("coffee", "part", "crop")
    assert row["reason"] == "a test, of one"
    assert 0.95 < float(row["similarity"]) <= 1


def test_an_image_is_not_compared_with_itself(folders, capsys):
    twice = ["--train", str(folders / "test"), "--test", str(folders / "test")]
    assert main(["leaks", *twice]) == 0
    Image.fromarray(PHOTO).save(folders / "test" / "again.png")
    assert main(["leaks", *twice]) == 2
    assert "2 leaks in all" in capsys.readouterr().err


def test_published_sets_share_nothing(shared):
    """A part of them; the whole takes minutes."""
    folder = shared / "data"

    def sources(name, count):
        paths = sorted((folder / name).iterdir())[:count]
        return [Source(name, p.stem, lambda p=p: read_uint8(p)) for p in paths]

    train = [*sources("bsds500/train", 40), *sources("cid22/train", 15)]
    assert not list(
        leaks(train, [*sources("kodak24", 6), *sources("classic5", 5), *sources("bsds500/test", 15)])
    )


def test_the_known_duplicate(shared):
    """A test image of CID22 stands in its training part under another name."""
    pair = [
        Source(part, name, lambda p=shared / "data/cid22" / part / f"{name}.webp": read_uint8(p))
        for part, name in (("train", "3316926_opo25u"), ("validation", "844297"))
    ]
    assert [leak.test.name for leak in leaks(pair[:1], pair[1:])] == ["844297"]


def test_without_training_images_there_are_no_leaks(tmp_path):
    folder = tmp_path / "test"
    folder.mkdir()
    Image.fromarray(data.camera()).save(folder / "a.png")
    assert main(["leaks", "--test", str(folder), "--output", str(tmp_path / "leaks.csv")]) == 0
    assert len((tmp_path / "leaks.csv").read_text().splitlines()) == 1
