import hashlib
import io

import numpy as np
import pytest
from PIL import Image as Pillow

from unjpeg.errors import UserError
from unjpeg.manifest import Image, Manifest
from unjpeg.sources.survey import jpeg_quality


@pytest.fixture
def manifest(tmp_path):
    """Two images on disk, one of them gray, and their saved manifest."""
    images = []
    for name, shape in (("a", (8, 12, 3)), ("b", (8, 12))):
        path = tmp_path / "images" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Pillow.fromarray(np.random.default_rng(0).integers(0, 256, shape, np.uint8)).save(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        split = "train" if name == "a" else None
        images.append(
            Image(name=name, file=path.name, sha256=digest, width=12, height=8, mode="RGB", split=split)
        )
    texts = {"dataset": "toy", "title": "Übung", "licence": "L", "citation": "C", "source": "files"}
    Manifest(**texts, colour="rgb", root="images", images=tuple(images)).save(tmp_path / "manifest.json")
    return tmp_path / "manifest.json"


def test_what_is_saved_is_loaded_and_saved_again_with_equal_bytes(manifest, tmp_path):
    Manifest.load(manifest).save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == manifest.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.json", "images", "manifest.json"]


def test_it_reads_from_wherever_it_is_called(manifest, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    loaded = Manifest.load(manifest)
    a, b = loaded.images
    assert loaded.read(a).shape == (8, 12, 3)
    assert loaded.read(b).shape == (8, 12, 1)  # a gray file in a colour set
    assert loaded.of("train") == (a,)
    assert loaded.of() == (a, b)
    assert loaded.image("b") == b


def test_a_changed_or_missing_image_is_named(manifest):
    loaded = Manifest.load(manifest)
    path = loaded.path(loaded.images[0])
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(UserError, match=r"a\.png: sha256 .* to fetch it again"):
        loaded.read(loaded.images[0])
    path.unlink()
    with pytest.raises(UserError, match=r"a\.png: No such file.*to fetch it again"):
        loaded.read(loaded.images[0])


def test_no_manifest_and_a_damaged_one(manifest, tmp_path):
    with pytest.raises(UserError, match="no such manifest"):
        Manifest.load(tmp_path / "none.json")
    manifest.write_text(manifest.read_text()[:-20])
    with pytest.raises(UserError, match="not a manifest"):
        Manifest.load(manifest)
    with pytest.raises(UserError, match="no image 'aa'; did you mean 'a'"):
        Manifest.model_validate(
            {
                k: "rgb" if k == "colour" else "x"
                for k in Manifest.model_fields
                if k not in ("images", "made", "left_out")
            }
            | {"images": [{"name": "a", "file": "", "sha256": "", "width": 1, "height": 1, "mode": "L"}]}
        ).image("aa")


@pytest.mark.parametrize("quality", [5, 10, 50, 75, 95, 100])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_quality_is_read_from_the_tables(quality, mode):
    out = io.BytesIO()
    Pillow.new(mode, (16, 16)).save(out, "jpeg", quality=quality)
    assert jpeg_quality(out.getvalue()) == quality


def test_jpeg_quality_of_a_png_is_none_and_of_foreign_tables_is_near():
    out = io.BytesIO()
    Pillow.new("L", (8, 8)).save(out, "png")
    assert jpeg_quality(out.getvalue()) is None
    out = io.BytesIO()
    Pillow.new("RGB", (8, 8)).save(out, "jpeg", qtables="web_low")
    assert 1 < jpeg_quality(out.getvalue()) < 90


def test_the_bsds_pictures_are_jpegs_of_quality_95(shared):
    files = sorted((shared / "data" / "bsds500" / "test").glob("*.jpg"))[:10]
    assert [jpeg_quality(file.read_bytes()) for file in files] == [95] * 10
