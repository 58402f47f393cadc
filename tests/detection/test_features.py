"""Histograms of DCT coefficients equal their literal definition; the file of them gives back what came."""

import json

import h5py
import numpy as np
import pytest
from scipy.fft import dctn
from scipy.special import expit
from skimage import data

from unjpeg.dct import coefficients, histograms, tiles
from unjpeg.errors import UserError
from unjpeg.images import luma_full
from unjpeg.store.features import Features, class_of, write_features


def literal(luma, shift=0.0):
    """calebtham/deJPEG's preprocess.ipynb in plain loops: mean sigmoids, and their differences."""
    height, width = luma.shape
    found = np.array(
        [
            (dctn(luma[r : r + 8, c : c + 8].astype(float), norm="ortho") - shift).ravel()
            for r in range(0, height, 8)
            for c in range(0, width, 8)
        ]
    )
    means = np.stack([expit(1e6 * (found - b)).mean(0) for b in range(-60, 61)])
    return means[:-1] - means[1:]


@pytest.mark.parametrize("name", ["coffee", "astronaut", "camera"])
def test_equal_to_the_definition_on_photographs(name):
    pixels = getattr(data, name)()
    luma = luma_full(pixels if pixels.ndim == 3 else pixels[..., None])[40:168, 64:192]
    found = histograms(luma)
    np.testing.assert_allclose(found[:, :64], literal(luma), atol=1e-7)
    assert found.shape == (120, 65)
    assert found.dtype == np.float32


def test_equal_to_the_definition_where_coefficients_lie_on_edges():
    dark = np.random.default_rng(0).integers(0, 9, (64, 64)).astype(np.uint8)  # DC in eighths, in range
    wanted = literal(dark)
    np.testing.assert_allclose(histograms(dark)[:, :64], wanted, atol=1e-7)
    assert wanted[:, 0].sum() == pytest.approx(1)
    constant = np.full((16, 16), 5, np.uint8)  # DC 40, all others exactly 0: halves to both sides
    found = histograms(constant)
    assert found[99, 0] == found[100, 0] == 0.5
    assert (found[59:61, 1:64] == 0.5).all()


def test_the_last_column_is_the_dc_after_the_level_shift():
    near = np.random.default_rng(1).integers(122, 134, (64, 64)).astype(np.uint8)
    found = histograms(near)
    np.testing.assert_allclose(found[:, 64], literal(near - 128.0)[:, 0], atol=1e-7)
    assert found[:, 64].sum() == pytest.approx(1)
    assert found[:, 0].sum() == 0


def test_coefficients_are_orthonormal_and_want_whole_blocks():
    luma = data.camera()[:16, :24]
    found = coefficients(luma)
    assert found.shape == (6, 64)
    assert (found**2).sum() == pytest.approx((luma.astype(float) ** 2).sum())
    with pytest.raises(ValueError, match="24x15"):
        coefficients(luma[:15])


def test_tiles_come_row_by_row_and_only_whole():
    luma = np.arange(600 * 530).reshape(600, 530)
    found = tiles(luma)
    assert found.shape == (4, 256, 256)
    assert (found[1] == luma[:256, 256:512]).all()
    assert (found[2] == luma[256:512, :256]).all()
    assert tiles(luma[:255]).shape == (0, 256, 256)


def test_classes_count_compressions():
    texts = ["none", "q10", "gray-q90", "q50+q10", "q30+s4x4+q10", "q90+q80+q70"]
    assert [class_of(text) for text in texts] == [0, 1, 1, 2, 2, 2]


def test_a_file_gives_back_what_came(tmp_path, features):
    read = Features(features / "train.h5")
    assert len(read) == 54
    assert np.bincount(read.classes).tolist() == [18, 18, 18]
    assert sorted(set(read.qualities)) == [0, 10, 60]
    with h5py.File(features / "train.h5") as file:
        assert file["features"].dtype == np.float16
    sums = read.features[:, :, 1:64].astype(float).sum(1)
    assert (sums <= 1.001).all()
    assert sums.mean() > 0.95


def test_other_labels_are_another_digest(tmp_path):
    one = np.zeros((1, 120, 65), np.float32)
    lists = {"sources": '["a"]', "degradations": json.dumps(["none", "q10"])}
    for k in (0, 1):
        assert write_features(tmp_path / f"{k}.h5", [(one, 0, k), (one[:0], 0, k)], lists) == 1
    assert Features(tmp_path / "0.h5").digest != Features(tmp_path / "1.h5").digest


def test_a_truncated_file_is_one_line(tmp_path, features):
    path = tmp_path / "short.h5"
    path.write_bytes((features / "train.h5").read_bytes()[:5000])
    with pytest.raises(UserError, match=r"short\.h5: not a readable file of features"):
        Features(path)
