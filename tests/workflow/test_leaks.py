"""A test image that stands in the training stops the study, with its name, before anything is trained."""

import copy
import csv
import io
import shutil
from collections import Counter

import pytest
from PIL import Image
from skimage import data

from unjpeg.images import read_uint8

WORDS = {"title": "-", "licence": "-", "citation": "-", "manual": "-"}


def resized(image):
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def jpeg(image):
    out = io.BytesIO()
    image.save(out, "jpeg", quality=30)
    return Image.fromarray(read_uint8(out.getvalue()))


CHANGES = {
    "exact": ("exact", lambda image: image),
    "resized": ("copy", resized),
    "cropped": ("crop", lambda image: image.crop((130, 70, 400, 310))),
    "flipped": ("copy", lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    "compressed": ("copy", jpeg),
    "cropped-turned-compressed": (
        "crop",
        lambda image: jpeg(image.crop((130, 70, 470, 370)).rotate(90)),
    ),
}


def own(folder, **images):
    """Entry of `datasets` for these images."""
    folder.mkdir()
    for name, image in images.items():
        image.save(folder / f"{name}.png")
    return {**WORDS, "count": len(images), "path": str(folder)}


def lists(**parts):
    return {"lists": {part: [names] for part, names in parts.items()}}


@pytest.fixture
def coffee():
    return Image.fromarray(data.coffee())


@pytest.fixture
def leaky(fresh, tmp_path, coffee):
    """`leaky(*names)`: the smoke study, trained on a changed image of the test set photos too."""

    def study(*names):
        images = {name: CHANGES[name][1](coffee) for name in names}
        images["innocent"] = Image.effect_mandelbrot((96, 96), (-2, -1.5, 1, 1.5), 50)

        def add(s):
            s["datasets"]["mine"] = own(tmp_path / "mine", **images)
            s["splits"] = {"mine": {"lists": {"train": list(names), "val": ["innocent"]}}}
            s["data"]["gray"]["train"].append("mine")

        fresh.study(add)
        return fresh

    return study


def test_a_leak_stops_the_study_with_its_name(leaky):
    study = leaky(*CHANGES)
    done = study.snakemake()
    assert done.returncode != 0
    for text in (done.stdout + done.stderr, (study.folder / "results/smoke/logs/leaks.txt").read_text()):
        for name, (kind, _) in CHANGES.items():
            assert f"test image photos/coffee is training image mine/{name} ({kind}, similarity " in text
        assert "Traceback" not in text
    results = study.folder / "results/smoke"
    assert not [name for name in ("patches", "state", "tables/leaks.csv") if (results / name).exists()]
    models = {path.name for path in results.glob("models/*")}
    assert models <= {"arcnn-q10@authors"}, "imported models may have come before; nothing is trained"


def test_an_allowed_leak_is_trained_on_and_told(leaky):
    study = leaky("resized")
    pair = {"train": "mine", "test": "photos", "reason": "to see what a leak is worth"}

    def one_model(s):
        s.update(leaks_allowed=[pair], models={"car": s["models"]["car"]}, data={"gray": s["data"]["gray"]})
        s["test"] = {"sets": ["photos"], "degradations": ["gray-q10"], "metrics": ["psnr"]}

    study.study(one_model)
    done = study.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    tables = study.folder / "results/smoke/tables"
    with open(tables / "leaks.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["test_image"], row["training_image"], row["kind"]) == ("coffee", "resized", "copy")
    for path in (tables / "summary.md", tables / "summary.tex", tables.parent / "report.html"):
        text = path.read_text("utf-8")
        assert "Test images seen in training" in text, path
        assert "to see what a leak is worth" in text, path


def test_parts_of_one_set_are_compared(fresh, tmp_path, coffee):
    """An image in the validation and in the test part of the same set."""
    images = {"a": Image.fromarray(data.chelsea()), "b": coffee, "c": coffee}

    def add(s):
        s["datasets"]["mine"] = own(tmp_path / "mine", **images)
        s["splits"] = {"mine": lists(train="a", val="b", test="c")}
        s["data"]["gray"].update(train=["mine"], val=["mine"])
        s["test"]["sets"] = ["mine"]

    fresh.study(add)
    done = fresh.snakemake("results/smoke/tables/leaks.csv")
    assert done.returncode != 0
    assert "test image mine/c is training image mine/b (exact, similarity 1.000)" in done.stdout + done.stderr


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the finished study, whose results may change."""
    other = copy.copy(finished)
    other.folder = shutil.copytree(finished.folder, tmp_path / "copy", symlinks=True)
    other.config = other.folder / "smoke.yaml"
    return other


def test_another_test_set_trains_nothing_again_but_is_searched(copied, tmp_path):
    """Nothing trained is planned; where the set holds a training image, nothing new is trained either."""
    leaf = next((copied.folder / "resources/datasets/small-leaves").rglob("*.png"))
    entry = own(tmp_path / "more", leaf=Image.open(leaf), cat=Image.fromarray(data.chelsea()))

    def add(s):
        s["datasets"]["more"] = entry
        s["splits"] = {"more": {"fractions": {"train": 0, "val": 0, "test": 1}}}
        s["test"]["sets"].append("more")

    copied.study(add)
    planned = copied.planned()
    assert planned["leaks"] == planned["compress more q10"] == 1
    assert not [job for job in planned if job.startswith(("patches", "train_"))]
    run = {"arch": "car_cnn", "data": "gray", "train": {"steps": 2}}
    copied.study(lambda s: s["models"].update(new=run))
    assert copied.planned() >= Counter(["leaks", "train_new"])
    done = copied.snakemake("results/smoke/models/new/model.safetensors")
    assert done.returncode != 0
    assert "test image more/leaf is training image small-leaves/" in done.stdout + done.stderr
    assert not (copied.folder / "results/smoke/models/new").exists()
