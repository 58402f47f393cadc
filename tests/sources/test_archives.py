import io
import stat
import tarfile
import zipfile

import pytest

from unjpeg.errors import UserError
from unjpeg.sources.archives import extract, matches

PATTERNS = ["set/*.png"]


def packed(path, members: dict[str, bytes]):
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name, data in members.items():
                out.writestr(name, data)
    else:
        with tarfile.open(path, "w" if path.suffix == ".tar" else "w:gz") as out:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                out.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture(params=["a.zip", "a.tar", "a.tgz", "a.tar.gz"])
def archive(request, tmp_path):
    return tmp_path / request.param


def test_only_what_matches_is_taken_out_flat(archive, tmp_path):
    packed(
        archive,
        {
            "set/1.png": b"one",
            "set/2.png": b"two",
            "set/deep/3.png": b"three",
            "set/readme.txt": b"no",
            "set/._1.png": b"junk",
        },
    )
    images = extract(archive, PATTERNS, tmp_path / "out")
    assert sorted(images) == ["1.png", "2.png"] == sorted(p.name for p in (tmp_path / "out").iterdir())
    assert images["1.png"][1] == "set/1.png"
    assert (tmp_path / "out" / "2.png").read_bytes() == b"two"


@pytest.mark.parametrize(
    "evil", ["../evil.png", "/evil.png", "set/../../evil.png", "..\\evil.png", "C:/evil.png"]
)
def test_unsafe_names_are_refused_and_nothing_is_left(archive, tmp_path, evil):
    packed(archive, {"set/1.png": b"one", evil: b"evil"})
    with pytest.raises(UserError, match="unsafe member"):
        extract(archive, PATTERNS, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert not list(tmp_path.rglob("evil*"))


def test_links_are_refused(tmp_path):
    with tarfile.open(tmp_path / "l.tar", "w") as out:
        info = tarfile.TarInfo("set/1.png")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        out.addfile(info)
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as out:
        info = zipfile.ZipInfo("set/1.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(info, "/etc/passwd")
    for name in ("l.tar", "l.zip"):
        with pytest.raises(UserError, match="link or a special file"):
            extract(tmp_path / name, PATTERNS, tmp_path / "out")


def test_a_truncated_archive_is_refused(archive, tmp_path):
    import os

    packed(archive, {f"set/{i}.png": os.urandom(50_000) for i in range(4)})
    data = archive.read_bytes()
    archive.write_bytes(data[: len(data) * 3 // 5])
    with pytest.raises(UserError, match="damaged or truncated"):
        extract(archive, PATTERNS, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_flipped_bit_in_a_zip_is_found(tmp_path):
    path = packed(tmp_path / "a.zip", {"set/1.png": bytes(1000)})
    data = bytearray(path.read_bytes())
    data[45] ^= 255
    path.write_bytes(data)
    with pytest.raises(UserError, match="damaged or truncated"):
        extract(path, PATTERNS, tmp_path / "out")


def test_two_members_of_one_name_are_refused(archive, tmp_path):
    packed(archive, {"a/1.png": b"1", "b/1.png": b"2"})
    with pytest.raises(UserError, match="two members"):
        extract(archive, ["*/*.png"], tmp_path / "out")


def test_no_match_says_the_pattern(archive, tmp_path):
    packed(archive, {"a/1.png": b"1"})
    with pytest.raises(UserError, match=r"no member matches set/\*.png"):
        extract(archive, PATTERNS, tmp_path / "out")


def test_a_star_does_not_cross_a_folder():
    assert matches("a/1.png", ["a/*.png"])
    assert matches("./a/1.png", ["a/*.png"])
    assert not matches("a/b/1.png", ["a/*.png"])
    assert not matches("__MACOSX/1.png", ["*/*.png"])
