import numpy as np
import pytest

from unjpeg.errors import UserError
from unjpeg.store.patches import Patches, write_patches

ATTRS = {"sources": '["a", "b", "c"]', "degradations": '["q10", "q20"]'}


def pairs(count, channels=3):
    generator = np.random.default_rng(0)
    for number in range(count):
        low = generator.integers(0, 256, (8, 8, channels), np.uint8)
        yield low, 255 - low, number % 3, number % 2


def write(path, count=11, channels=3):
    return write_patches(path, pairs(count, channels), (count, 8, 8, channels), 0, ATTRS)


@pytest.mark.parametrize("channels", [1, 3])
def test_all_pairs_are_there_once_in_another_order(tmp_path, channels):
    write(tmp_path / "p.h5", 40, channels)
    patches = Patches(tmp_path / "p.h5")
    assert patches.clean.shape == (40, 8, 8, channels)
    assert np.array_equal(patches.clean, 255 - patches.degraded)
    written = [low.tobytes() for low, *_ in pairs(40, channels)]
    read = [low.tobytes() for low in patches.degraded]
    assert sorted(written) == sorted(read)
    assert written != read
    labels = {low.tobytes(): (s, d) for low, _, s, d in pairs(40, channels)}
    assert [labels[low] for low in read] == list(zip(patches.source, patches.degradation))


def test_memory_map_equals_hdf5(tmp_path):
    import h5py

    write(tmp_path / "p.h5")
    with h5py.File(tmp_path / "p.h5") as file:
        assert np.array_equal(file["degraded"][:], Patches(tmp_path / "p.h5").degraded)


def test_digest_is_of_the_pixels_and_their_order(tmp_path):
    assert write(tmp_path / "a.h5") == write(tmp_path / "b.h5") == Patches(tmp_path / "a.h5").digest
    assert write(tmp_path / "a.h5") != write(tmp_path / "a.h5", 12)
    seeds = [write_patches(tmp_path / "a.h5", pairs(11), (11, 8, 8, 3), seed, ATTRS) for seed in (0, 1)]
    assert seeds[0] != seeds[1]


@pytest.mark.parametrize("announced", [10, 12])
def test_a_wrong_count_leaves_no_file(tmp_path, announced):
    with pytest.raises((RuntimeError, IndexError)):
        write_patches(tmp_path / "p.h5", pairs(11), (announced, 8, 8, 3), 0, ATTRS)
    assert not list(tmp_path.iterdir())


def test_truncated_files_are_named(tmp_path):
    write(tmp_path / "p.h5")
    (tmp_path / "p.h5").write_bytes((tmp_path / "p.h5").read_bytes()[:1500])
    with pytest.raises(UserError, match="p.h5: not a readable file of patches"):
        Patches(tmp_path / "p.h5")
    with pytest.raises(UserError, match="q.h5: no such file of patches$"):
        Patches(tmp_path / "q.h5")
