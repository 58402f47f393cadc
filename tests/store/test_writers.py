"""What the HDF5 writers are given is read back; killed or failing anywhere, they leave the old file."""

import json
import os
import signal
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from unjpeg.store.encoded import Encoded, write_encoded
from unjpeg.store.features import Features, write_features
from unjpeg.store.patches import Patches, write_patches
from unjpeg.store.weights import read_weights, write_weights

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
DEGRADATIONS = ["none", "q10", "q30+q60"]
LISTS = {"sources": json.dumps(["a", "b ä"]), "degradations": json.dumps(DEGRADATIONS)}
LABELS = st.tuples(st.integers(0, 1), st.integers(0, 2))
SEEDS = st.integers(0, 2**32 - 1)


@given(st.dictionaries(NAMES, st.tuples(st.binary(), st.binary()), max_size=6), NAMES)
def test_encoded_images(images, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.h5"
        items = [(name, *columns) for name, columns in images.items()]
        assert write_encoded(path, items, {"degradation": text}, ("degraded", "clean")) == len(images)
        with Encoded(path) as read:
            assert read.names == list(images)
            assert read.attrs["degradation"] == text
            columns = ("degraded", "clean")
            assert {n: tuple(read.bytes(n, c) for c in columns) for n in read.names} == images


@given(st.lists(st.tuples(SEEDS, st.integers(0, 3), LABELS), max_size=5))
def test_features(drawn):
    items = []
    for seed, count, (source, degradation) in drawn:
        shares = np.random.default_rng(seed).integers(0, 2049, (count, 120, 65)) / 2048
        items.append((shares.astype(np.float16), source, degradation))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.h5"
        assert write_features(path, items, LISTS) == sum(len(shares) for shares, *_ in items)
        read = Features(path)
    want = [shares for shares, *_ in items if len(shares)]
    assert np.array_equal(read.features, np.concatenate(want) if want else np.zeros((0, 120, 65)))
    assert list(read.source) == [source for shares, source, _ in items for _ in shares]
    assert list(read.degradation) == [d for shares, _, d in items for _ in shares]


@given(SEEDS, st.integers(1, 9), st.sampled_from([1, 3]), st.integers(0, 99))
def test_patches(seed, count, channels, shuffle):
    drawn = np.random.default_rng(seed)
    shape = (count, 4, 4, channels)
    degraded, clean = drawn.integers(0, 256, (2, *shape), np.uint8)
    labels = [(int(drawn.integers(2)), int(drawn.integers(3))) for _ in range(count)]
    pairs = [(a, b, *label) for a, b, label in zip(degraded, clean, labels)]
    with tempfile.TemporaryDirectory() as folder:
        write_patches(Path(folder) / "x.h5", pairs, shape, shuffle, LISTS)
        read = Patches(Path(folder) / "x.h5")
        found = zip(read.degraded, read.clean, read.source, read.degradation, strict=True)
        ours, theirs = ([(a.tobytes(), b.tobytes(), s, d) for a, b, s, d in p] for p in (pairs, found))
    assert sorted(ours) == sorted(theirs)


KINDS = st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.int32, np.uint8, np.bool_])
TENSORS = arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, max_side=4, min_side=0))


@given(st.dictionaries(NAMES.filter(lambda name: name != "__metadata__"), TENSORS, max_size=4), NAMES)
def test_weights(tensors, text):
    with tempfile.TemporaryDirectory() as folder:
        write_weights(Path(folder) / "x", tensors, {"run": text})
        read, metadata = read_weights(Path(folder) / "x")
    assert metadata == {"run": text}
    assert read.keys() == tensors.keys()
    for name, want in tensors.items():
        assert (read[name].dtype, read[name].shape) == (want.dtype, want.shape)
        assert read[name].tobytes() == want.tobytes()


def encoded(path, ends):
    write_encoded(path, ends((f"{k}", bytes([k]) * 5000) for k in range(8)), {})


def features(path, ends):
    write_features(path, ends((np.full((2, 120, 65), k, np.float16), 0, 1) for k in range(8)), LISTS)


def patches(path, ends):
    tile = np.ones((64, 64, 3), np.uint8)
    write_patches(path, ends((tile * k, tile, 0, 1) for k in range(8)), (8, 64, 64, 3), 0, LISTS)


def until(number, end, items):
    for k, item in enumerate(items):
        if k == number:
            end()
        yield item


def fail():
    raise RuntimeError("in the middle")


def die():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("write", [encoded, features, patches])
@given(number=st.integers(0, 7), old=st.booleans())
@settings(max_examples=8, deadline=None)
def test_failing_in_the_middle_leaves_what_was(write, number, old):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.h5"
        if old:
            path.write_bytes(b"old")
        with pytest.raises(RuntimeError, match="in the middle"):
            write(path, partial(until, number, fail))
        assert [p.read_bytes() for p in Path(folder).iterdir()] == [b"old"] * old


@pytest.mark.parametrize("write", [encoded, features, patches])
@given(number=st.integers(0, 7), old=st.booleans())
@settings(max_examples=8, deadline=None)
def test_killed_in_the_middle_leaves_what_was_and_the_next_completes(write, number, old):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.h5"
        if old:
            path.write_bytes(b"old")
        if not (child := os.fork()):
            try:
                write(path, partial(until, number, die))
            finally:
                os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        assert path.exists() == old
        assert not old or path.read_bytes() == b"old"
        write(path, lambda items: items)
        write(Path(folder) / "undisturbed.h5", lambda items: items)
        assert path.read_bytes() == (Path(folder) / "undisturbed.h5").read_bytes()
