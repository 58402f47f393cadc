import argparse
import hashlib
import io
import os
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from unjpeg.config.registry import Dataset, to_json
from unjpeg.errors import UserError
from unjpeg.manifest import Manifest
from unjpeg.steps import fetch

TEXTS = {"title": "T", "licence": "L", "citation": "C"}


def picture(seed: int, kind: str = "png", mode: str = "RGB", **options) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (24, 40, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, kind, **options)
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def get(tmp_path):
    """Run the step with an entry; the manifest."""

    def get(**entry) -> Manifest:
        parser = argparse.ArgumentParser()
        fetch.arguments(parser)
        folder = tmp_path / "resources" / "toy"
        options = {
            "--dataset": "toy",
            "--entry": to_json(Dataset(**TEXTS, **entry)),
            "--folder": str(folder),
            "--manifest": str(folder / "manifest.json"),
            "--retries": "1",
            "--pause": "0.001",
        }
        fetch.run(parser.parse_args([part for pair in options.items() for part in pair]))
        return Manifest.load(folder / "manifest.json")

    return get


def tree(folder) -> dict[str, tuple[bytes, int]]:
    """Every file with its bytes and time."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def archives(server, data: bytes, **more) -> dict:
    server.answers["/toy.zip"] = [data]
    entry = {
        "file": "toy.zip",
        "urls": [server.url + "/toy.zip"],
        "members": {"t/*.*": "train", "v/*.*": "val"},
    }
    return {"archives": [entry | more]}


def test_an_archive_becomes_a_manifest_with_splits_and_jpeg_quality(server, get):
    jpeg = picture(2, "jpeg", quality=37)
    data = zipped({"t/a.png": picture(1), "v/b.jpg": jpeg, "t/notes.txt.d/x": b"", "other/c.png": b""})
    manifest = get(count=2, **archives(server, data))
    a, b = manifest.images
    assert (a.name, a.split, a.width, a.height, a.mode, a.jpeg_quality) == ("a", "train", 40, 24, "RGB", None)
    assert (b.name, b.split, b.jpeg_quality) == ("b", "val", 37)
    assert b.sha256 == hashlib.sha256(jpeg).hexdigest()
    assert manifest.read(a).shape == (24, 40, 3)
    assert (manifest.licence, manifest.source, manifest.root) == ("L", "archives", "images")


def test_a_second_run_asks_nothing_unpacks_nothing_and_writes_equal_bytes(server, get, tmp_path):
    entry = {"count": 2} | archives(server, zipped({"t/a.png": picture(1), "v/b.png": picture(2)}))
    get(**entry)
    first = tree(tmp_path)
    get(**entry)
    assert len(server.requests) == 1
    second = tree(tmp_path)
    assert {k: v[0] for k, v in first.items()} == {k: v[0] for k, v in second.items()}
    images = [name for name in first if "/images/" in name]
    assert len(images) == 2
    assert all(first[name] == second[name] for name in images)


def test_the_archive_may_go_once_it_is_unpacked_and_a_lost_image_brings_it_back(server, get, tmp_path):
    entry = {"count": 1} | archives(server, zipped({"t/a.png": picture(1)}))
    manifest = get(**entry)
    (tmp_path / "resources/toy/toy.zip").unlink()
    get(**entry)
    assert len(server.requests) == 1
    manifest.path(manifest.images[0]).unlink()
    get(**entry)
    assert len(server.requests) == 2


def test_other_patterns_unpack_again(server, get):
    entry = archives(server, zipped({"t/a.png": picture(1), "v/b.png": picture(2)}))
    assert len(get(count=2, **entry).images) == 2
    entry["archives"][0]["members"] = ["t/*.png"]
    assert [image.name for image in get(count=1, **entry).images] == ["a"]
    assert len(server.requests) == 1


def fails(get, match: str, tmp_path, **entry):
    with pytest.raises(UserError, match=match) as error:
        get(**entry)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "resources/toy/manifest.json").exists()


@pytest.mark.parametrize("kind", ["cut short", "flipped"])
def test_a_damaged_first_download_is_not_recorded_and_the_next_mirror_is_tried(server, get, tmp_path, kind):
    good = zipped({"a/1.png": picture(1), "a/2.png": picture(2)})
    bad = good[:-200] if kind == "cut short" else good[:300] + bytes(9) + good[309:]
    server.answers = {"/bad/a.zip": [bad], "/good/a.zip": [good]}
    entry = {"file": "a.zip", "members": ["a/*.png"]}
    bad_url, good_url = f"{server.url}/bad/a.zip", f"{server.url}/good/a.zip"
    with pytest.raises(UserError, match="no mirror gave the file: .*bad/a.zip: a.zip: .*damaged"):
        get(count=2, archives=[{**entry, "urls": [bad_url]}])
    assert not [p for p in (tmp_path / "resources/toy").rglob("*") if p.name in ("a.zip", "checksums.json")]
    assert len(get(count=2, archives=[{**entry, "urls": [bad_url, good_url]}]).images) == 2


def test_flipped_bytes_in_a_tar_are_not_recorded(server, get, tmp_path):
    """Not compressible, so that only gzip's own checksum at the end can tell."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in (("a/1.png", picture(1)), ("a/2.png", picture(2))):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    good = out.getvalue()
    middle = len(good) // 2
    bad = good[:middle] + bytes(b ^ 1 for b in good[middle : middle + 9]) + good[middle + 9 :]
    server.answers = {"/a.tar.gz": [bad, good]}
    entry = {"file": "a.tar.gz", "members": ["a/*.png"], "urls": [f"{server.url}/a.tar.gz"]}
    with pytest.raises(UserError, match="a.tar.gz: damaged"):
        get(count=2, archives=[entry])
    assert not list((tmp_path / "resources/toy").rglob("checksums.json"))
    assert len(get(count=2, archives=[entry]).images) == 2


def test_a_damaged_first_image_is_not_recorded(server, get, tmp_path):
    server.answers = {"/1.png": [picture(1)[:400], picture(1)]}
    entry = {"count": 1, "files": [{"file": "1.png", "urls": [f"{server.url}/1.png"]}]}
    with pytest.raises(UserError, match="1.png.*not an image"):
        get(**entry)
    assert len(get(**entry).images) == 1


def test_wrong_count(server, get, tmp_path):
    data = zipped({"t/a.png": picture(1)})
    fails(get, "1 images in .*want 3", tmp_path, count=3, **archives(server, data))


def test_an_image_that_cannot_be_read_is_named(server, get, tmp_path):
    data = zipped({"t/a.png": picture(1), "t/bad.png": picture(2)[:200]})
    fails(get, r"bad\.png: not an image", tmp_path, count=2, **archives(server, data))


def test_two_images_of_one_stem(server, get, tmp_path):
    data = zipped({"t/a.png": picture(1), "v/a.jpg": picture(2, "jpeg")})
    fails(get, "two images are called 'a'", tmp_path, count=2, **archives(server, data))


def test_two_archives_with_one_name(server, get, tmp_path):
    entry = archives(server, zipped({"t/a.png": picture(1)}))
    server.answers["/2.zip"] = [zipped({"t/a.png": picture(2)})]
    entry["archives"].append({"file": "2.zip", "urls": [server.url + "/2.zip"], "members": ["t/*.png"]})
    fails(get, "a.png is also in another archive", tmp_path, count=2, **entry)


def test_traversal_in_an_archive(server, get, tmp_path):
    data = zipped({"t/a.png": picture(1), "../../../t/evil.png": picture(2)})
    fails(get, "unsafe member", tmp_path, count=1, **archives(server, data))
    assert not list(tmp_path.rglob("evil.png"))


def test_a_colour_image_in_a_gray_set(server, get, tmp_path):
    gray = zipped({"t/a.png": picture(1, mode="L")})
    assert get(count=1, colour="gray", **archives(server, gray)).images[0].mode == "L"
    server.requests.clear()
    mixed = zipped({"t/a.png": picture(1)})
    (tmp_path / "resources/toy/manifest.json").unlink()
    entry = archives(server, mixed, file="mixed.zip")
    fails(get, "declared gray", tmp_path, count=1, colour="gray", **entry)


def test_single_files_with_mirrors_and_digests(server, get):
    data = {name: picture(seed) for seed, name in enumerate(("x.png", "y.png"))}
    server.answers |= {f"/good/{name}": [image] for name, image in data.items()}
    files = [{"file": name, "sha256": hashlib.sha256(image).hexdigest()} for name, image in data.items()]
    entry = {
        "count": 2,
        "split": "test",
        "mirrors": [server.url + "/bad", server.url + "/good/"],
        "files": files,
    }
    assert [image.split for image in get(**entry).images] == ["test", "test"]
    get(**entry)
    assert len(server.requests) == 4  # each from the bad mirror, then from the good one; then nothing


def test_an_own_copy_is_used_where_it_is(get, server, tmp_path):
    copy = tmp_path / "mine"
    (copy / "t").mkdir(parents=True)
    (copy / "reduced").mkdir()
    (copy / "t" / "a.png").write_bytes(picture(1))
    (copy / "reduced" / "ax2.png").write_bytes(picture(3))
    before = tree(copy)
    manifest = get(count=1, path=str(copy), **archives(server, b""))
    assert manifest.root == str(copy)
    assert manifest.images[0].split == "train"
    assert manifest.read(manifest.images[0]).shape == (24, 40, 3)
    assert tree(copy) == before
    assert server.requests == []
    assert os.listdir(tmp_path / "resources" / "toy") == ["manifest.json"]


def test_an_own_copy_is_verified_and_named_by_the_registry(get, tmp_path):
    copy = tmp_path / "mine"
    copy.mkdir()
    (copy / "01.png").write_bytes(picture(1))
    known = {"kodim01": hashlib.sha256(picture(1)).hexdigest()}
    entry = {"count": 1, "path": str(copy), "manual": "ask", "sha256_of_images": known}
    assert get(**entry).images[0].name == "kodim01"
    (tmp_path / "resources/toy/manifest.json").unlink()
    (copy / "01.png").write_bytes(picture(2))
    fails(get, "is of no image of this data set", tmp_path, **entry)
    (copy / "01.png").rename(copy / "kodim01.png")
    fails(get, "the registry's kodim01 has", tmp_path, **entry)
    fails(get, "no such folder", tmp_path, **entry | {"path": str(tmp_path / "nowhere")})


def test_a_manual_set_tells_what_to_do(get, tmp_path):
    fails(
        get,
        r"toy: no program .*fill in the form\. Then set its path",
        tmp_path,
        count=1,
        manual="fill in the form.",
    )


def test_leaves_and_photographs_need_no_network(get):
    leaves = get(count=3, deadleaves={"images": 3, "size": 64, "val": 1})
    assert [image.split for image in leaves.images] == ["train", "train", "val"]
    photos = get(count=5, split="test", photographs="scikit-image")
    assert [image.name for image in photos.images] == [
        "astronaut",
        "chelsea",
        "coffee",
        "motorcycle_left",
        "rocket",
    ]
    assert [image.name for image in photos.images if image.jpeg_quality] == ["rocket"]
    assert all(photos.read(image).shape == (image.height, image.width, 3) for image in photos.images)
    gray = get(count=6, colour="gray", photographs="scikit-image")
    assert all(gray.read(image).shape[2] == 1 for image in gray.images)
    assert "scikit-image" in gray.made
