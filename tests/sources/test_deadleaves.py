import hashlib

import numpy as np
import pytest

from unjpeg.config.leaves import DeadLeaves
from unjpeg.config.registry import Dataset
from unjpeg.images import read_uint8
from unjpeg.sources.deadleaves import draw, gather


def slope(image: np.ndarray) -> float:
    """Exponent of the radially averaged power spectrum of the gray image, 4 cycles to 0.4 per pixel."""
    gray = image.astype(float).mean(axis=2)
    side = gray.shape[0]
    window = np.hanning(side)
    power = np.abs(np.fft.fft2((gray - gray.mean()) * np.outer(window, window))) ** 2
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None])
    edges = np.geomspace(4 / side, 0.4, 12)
    rings = [power[(radius >= a) & (radius < b)].mean() for a, b in zip(edges, edges[1:], strict=False)]
    return float(np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(rings), 1)[0])


@pytest.fixture(scope="module")
def some():
    leaves = DeadLeaves(images=8, seed=1)
    return [draw(leaves, index) for index in range(8)]


def test_shape_range_and_variety(some):
    assert all(image.shape == (256, 256, 3) and image.dtype == np.uint8 for image in some)
    assert all(image.std() > 15 and 40 < image.mean() < 215 for image in some)
    assert len({image.tobytes() for image in some}) == 8


def test_an_image_depends_on_seed_and_index_alone(some):
    assert np.array_equal(draw(DeadLeaves(images=100, seed=1), 3), some[3])
    assert not np.array_equal(draw(DeadLeaves(images=100, seed=2), 3), some[3])


def test_spectrum_falls_like_that_of_photographs(some):
    slopes = [slope(image) for image in some]
    assert -3.0 < np.mean(slopes) < -2.0, slopes


def test_edges_and_flat_parts_as_in_photographs(some):
    steps = np.concatenate([np.abs(np.diff(i.astype(float).mean(axis=2), axis=1)).ravel() for i in some])
    assert np.median(steps) < 6  # mostly smooth
    assert np.percentile(steps, 99) > 40  # with sharp edges


def test_colours_are_correlated_but_not_gray(some):
    correlation = np.corrcoef(np.concatenate([i.reshape(-1, 3) for i in some]).T)
    assert correlation[0, 2] > 0.5
    assert correlation[0, 2] < 0.98


def test_golden(some):
    """Means of 16 parts of images 0 and 5. A tolerance, since numpy's sums may change with its version."""
    parts = [some[i].reshape(4, 64, 4, 64, 3).mean(axis=(1, 3, 4)).ravel() for i in (0, 5)]
    np.testing.assert_allclose(parts[0], GOLDEN[0], atol=0.5)
    np.testing.assert_allclose(parts[1], GOLDEN[1], atol=0.5)


def test_parameters_do_what_they_say():
    plain = draw(DeadLeaves(images=1, size=128, textured=0, shading=0, blurred=0, oversample=1), 0)
    rich = draw(DeadLeaves(images=1, size=128, textured=1, texture_contrast=0.3, blurred=0, oversample=1), 0)

    def busy(image):
        return np.median(np.abs(np.diff(image.astype(float), axis=1)))

    assert busy(plain) < busy(rich) / 2
    assert draw(DeadLeaves(images=1, size=48, oversample=3), 0).shape == (48, 48, 3)


def test_written_files_are_the_images_and_a_second_run_touches_nothing(tmp_path):
    leaves = DeadLeaves(images=3, size=64, seed=4)
    dataset = Dataset(title="T", licence="L", citation="C", count=3, deadleaves=leaves)
    root, files, _ = gather(dataset, tmp_path, {})
    names = [f"leaves0000{index}.png" for index in range(3)]
    assert list(files) == names
    assert np.array_equal(read_uint8(root / names[2]), draw(leaves, 2))
    stamps = {name: (root / name).stat().st_mtime_ns for name in names}
    (root / names[1]).write_bytes(b"damaged")
    before = hashlib.sha256((root / names[0]).read_bytes()).digest()
    gather(dataset, tmp_path, {})
    assert np.array_equal(read_uint8(root / names[1]), draw(leaves, 1))
    assert (root / names[0]).stat().st_mtime_ns == stamps[names[0]]
    assert hashlib.sha256((root / names[0]).read_bytes()).digest() == before


GOLDEN = [
    [
        144.4,
        106.2,
        89.2,
        92.9,
        142.7,
        124.1,
        108.7,
        102.6,
        130.0,
        133.2,
        113.1,
        145.4,
        109.5,
        169.1,
        95.4,
        158.3,
    ],
    [118.0, 101.1, 85.8, 90.4, 90.2, 124.2, 90.6, 94.2, 89.1, 117.2, 104.1, 95.1, 97.3, 113.6, 105.7, 94.6],
]
