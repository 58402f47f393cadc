import numpy as np
import pytest

from unjpeg.errors import UserError
from unjpeg.images import png
from unjpeg.store.encoded import Encoded, write_encoded


def image(seed):
    return np.random.default_rng(seed).integers(0, 256, (9, 5, 3), np.uint8)


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "set.h5"
    write_encoded(path, [("b ä", png(image(1))), ("a", png(image(2)))], {"degradation": "q10"})
    with Encoded(path) as images:
        assert images.names == ["b ä", "a"]
        assert np.array_equal(images.read("a"), image(2))
        assert images.attrs["degradation"] == "q10"


def test_digest_follows_content(tmp_path):
    def digest(*items):
        write_encoded(tmp_path / "x.h5", items, {})
        with Encoded(tmp_path / "x.h5") as images:
            return images.attrs["digest"]

    first = digest(("a", b"1"), ("b", b"2"))
    assert first == digest(("a", b"1"), ("b", b"2"))
    assert first not in (
        digest(("b", b"2"), ("a", b"1")),
        digest(("a", b"1"), ("b", b"3")),
        digest(("a", b"1")),
    )


def test_failure_in_the_middle_leaves_the_old_file(tmp_path):
    path = tmp_path / "set.h5"
    write_encoded(path, [("a", b"1")], {})
    before = path.read_bytes()

    def broken():
        yield "a", b"2"
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_encoded(path, broken(), {})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["set.h5"]


def test_equal_names_are_refused(tmp_path):
    with pytest.raises(UserError, match="two images are named 'a'"):
        write_encoded(tmp_path / "x.h5", [("a", b"1"), ("a", b"2")], {})


@pytest.mark.parametrize("keep", [0, 100, 2000])
def test_truncated_files_are_named(tmp_path, keep):
    path = tmp_path / "x.h5"
    write_encoded(path, [("a", png(image(1)))], {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match="x.h5: not a readable file of encoded images"):
        Encoded(path)
