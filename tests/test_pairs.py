import numpy as np
import pytest
from skimage import data

from unjpeg.images import luma_full, read_uint8
from unjpeg.jpeg import degrade, reference
from unjpeg.pairs import cut, draw, places, reduced, turned

DATA = {
    "degradations": ["q10"],
    "patch": 32,
    "stride": None,
    "per_image": 9,
    "phase": "aligned",
    "copies": 1,
    "turns": True,
    "scales": [1.0, 0.7],
    "grays": 0.0,
    "channels": 3,
}


@pytest.fixture(scope="module")
def photo():
    return np.ascontiguousarray(data.astronaut()[:150, :210])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"phase": "random"},
        {"per_image": None, "stride": 24},
        {"degradations": ["q50+s3x5+q10", "q30-444"]},
        {"degradations": ["gray-q10"], "channels": 1},
    ],
)
@pytest.mark.parametrize("copy", range(4))
def test_patches_stand_where_they_say(photo, changes, copy):
    settings = {**DATA, **changes}
    drawn = draw("astronaut", photo.shape[:2], copy, 0, settings)
    corners = places(drawn, settings)
    clean = turned(reduced(photo, drawn.scale), drawn.turn)
    degraded, wanted = read_uint8(degrade(clean, drawn.degradation)), reference(clean, drawn.degradation)
    assert drawn.size == degraded.shape[:2]
    assert len(corners) > 3
    for (row, column), (low, high) in zip(corners, cut(photo, drawn, corners, settings), strict=True):
        window = slice(row, row + 32), slice(column, column + 32)
        assert np.array_equal(low, degraded[window])
        assert np.array_equal(high, wanted[window])
        assert low.shape == (32, 32, settings["channels"])


def test_aligned_places_lie_on_the_blocks_and_random_ones_do_not(photo):
    settings = {**DATA, "per_image": 200, "turns": False, "scales": [1.0]}
    drawn = draw("a", photo.shape[:2], 0, 0, settings)
    assert (places(drawn, settings) % 8 == 0).all()
    phases = places(drawn, {**settings, "phase": "random"}) % 8
    assert len(np.unique(phases[:, 0])) == len(np.unique(phases[:, 1])) == 8


def test_every_place_of_a_grid_is_cut_once(photo):
    settings = {**DATA, "per_image": None, "stride": 32, "turns": False, "scales": [1.0]}
    corners = places(draw("a", photo.shape[:2], 0, 0, settings), settings)
    assert sorted(map(tuple, corners)) == [(r, c) for r in range(0, 119, 32) for c in range(0, 179, 32)]


def test_draws_depend_on_seed_copy_and_name_alone():
    def key(name, copy, seed):
        d = draw(name, (64, 64), copy, seed, DATA)
        return d.scale, d.turn, tuple(d.generator.integers(1000, size=4))

    assert key("a", 0, 0) == key("a", 0, 0)
    assert len({key("a", 0, 0), key("b", 0, 0), key("a", 1, 0), key("a", 0, 1)}) == 4


def test_all_eight_turns_differ(photo):
    square = photo[:64, :64]
    assert len({turned(square, k).tobytes() for k in range(8)}) == 8


def test_images_smaller_than_a_patch_give_none():
    drawn = draw("a", (40, 31), 0, 0, DATA)
    assert len(places(drawn, DATA)) == 0


def test_a_share_of_the_copies_is_gray_and_the_others_stay_as_they_were(photo):
    settings = {**DATA, "grays": 0.5}
    drawn = [draw("a", photo.shape[:2], copy, 0, settings) for copy in range(40)]
    assert 10 < sum(d.gray for d in drawn) < 30
    for copy, d in enumerate(drawn):
        before = draw("a", photo.shape[:2], copy, 0, DATA)
        assert (d.scale, d.turn, d.index) == (before.scale, before.turn, before.index)
    one = next(d for d in drawn if d.gray)
    corners = places(one, settings)
    for low, high in cut(photo, one, corners, settings):
        assert np.ptp(low, axis=2).max() == np.ptp(high, axis=2).max() == 0
    same = next(
        cut(luma_full(photo)[..., None], one, corners, settings)
    )  # as a photograph that was gray before
    assert np.array_equal(same[1], next(cut(photo, one, corners, settings))[1])
