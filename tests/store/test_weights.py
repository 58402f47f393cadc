import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from unjpeg.errors import UserError
from unjpeg.store.weights import read_weights, write_weights

TENSORS = {
    "b.weight": np.random.default_rng(0).normal(size=(3, 2, 5)).astype(np.float32),
    "a": np.array(3.5),
    "count": np.array([1, -2], np.int64),
    "half": np.ones((0, 4), np.float16),
}


def equal(have, want):
    return have.keys() == want.keys() and all(
        have[k].dtype == want[k].dtype and np.array_equal(have[k], want[k]) for k in want
    )


def test_the_package_reads_what_we_write(tmp_path):
    write_weights(tmp_path / "w.safetensors", TENSORS, {"arch": "x"})
    with safe_open(tmp_path / "w.safetensors", "np") as file:
        assert equal({k: file.get_tensor(k) for k in file.keys()}, TENSORS)  # noqa: SIM118
        assert file.metadata() == {"arch": "x"}


def test_we_read_what_the_package_writes(tmp_path):
    save_file(TENSORS, tmp_path / "w.safetensors", {"arch": "x"})
    tensors, metadata = read_weights(tmp_path / "w.safetensors")
    assert equal(tensors, TENSORS)
    assert metadata == {"arch": "x"}


def test_equal_weights_are_equal_bytes(tmp_path):
    write_weights(tmp_path / "a", TENSORS, {"x": "1", "y": "2"})
    write_weights(tmp_path / "b", dict(reversed(TENSORS.items())), {"y": "2", "x": "1"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("keep", [0, 7, 40, -1])
def test_truncated_files_are_named(tmp_path, keep):
    write_weights(tmp_path / "w", TENSORS, {})
    (tmp_path / "w").write_bytes((tmp_path / "w").read_bytes()[:keep])
    with pytest.raises(UserError, match="w: not a readable safetensors file"):
        read_weights(tmp_path / "w")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="no such weights file"):
        read_weights(tmp_path / "none.safetensors")
