from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjpeg.config.data import Split
from unjpeg.errors import UserError
from unjpeg.manifest import Image, Manifest
from unjpeg.parts import divide, images_of, to_csv


def manifest(names, splits=()):
    splits = dict(splits)
    images = [
        Image(name=n, file=f"{n}.png", sha256="0" * 64, width=8, height=8, mode="RGB", split=splits.get(n))
        for n in sorted(names)
    ]
    return Manifest(
        dataset="set",
        title="",
        licence="",
        citation="",
        source="files",
        colour="rgb",
        root="images",
        images=tuple(images),
    )


def split(**changes):
    return Split(**changes).model_dump(mode="json")


NAMES = [f"image-{k:03}" for k in range(100)]


@pytest.mark.parametrize(
    "shares", [(0.7, 0.2, 0.1), (0.5, 0.25, 0.25), (1, 0, 0), (0, 0, 1), (0.333, 0.333, 0.334)]
)
def test_shares_are_kept_to_the_image(shares):
    fractions = dict(zip(("train", "val", "test"), shares))
    count = Counter(divide(manifest(NAMES), split(fractions=fractions), 0).values())
    assert sum(count.values()) == 100
    for part, share in fractions.items():
        assert abs(count[part] - 100 * share) <= 1


def test_default_is_seventy_twenty_ten():
    assert Counter(divide(manifest(NAMES), split(), 0).values()) == {"train": 70, "val": 20, "test": 10}


def test_the_seed_decides_and_nothing_else():
    first = divide(manifest(NAMES), split(), 0)
    assert first == divide(manifest(reversed(NAMES)), split(), 0)
    assert first != divide(manifest(NAMES), split(), 1)


def test_a_new_image_moves_few_others():
    before, after = divide(manifest(NAMES), split(), 0), divide(manifest([*NAMES, "new"]), split(), 0)
    assert sum(before[n] != after[n] for n in NAMES) <= 2


@given(st.sets(st.sampled_from(NAMES), min_size=1, max_size=40), st.integers(0, 9))
def test_every_image_is_in_one_part(names, seed):
    assert divide(manifest(names), split(), seed).keys() == names


def test_official_parts_are_kept_and_the_rest_divided():
    official = dict.fromkeys(NAMES[:50], "test")
    parts = divide(manifest(NAMES, official), split(fractions={"train": 0.5, "val": 0.5, "test": 0}), 0)
    assert {parts[n] for n in NAMES[:50]} == {"test"}
    assert Counter(parts[n] for n in NAMES[50:]) == {"train": 25, "val": 25}
    assert set(divide(manifest(NAMES, official), split(official=False), 0).values()) == {
        "train",
        "val",
        "test",
    }


def test_lists_and_list_files(tmp_path):
    (tmp_path / "train.txt").write_text("image-003\n\n image-001 \n")
    lists = {"train": str(tmp_path / "train.txt"), "test": ["image-002"]}
    parts = divide(manifest(NAMES), split(lists=lists), 0)
    assert parts == {"image-001": "train", "image-002": "test", "image-003": "train"}


@pytest.mark.parametrize(
    ("lists", "says"),
    [
        ({"train": ["image-0001"]}, "no image 'image-0001'; did you mean 'image-001'?"),
        ({"train": ["image-001"], "test": ["image-001"]}, "'image-001' is on the lists train and test"),
        ({"train": "nowhere.txt"}, "nowhere.txt: cannot be read"),
    ],
)
def test_wrong_lists_are_named(lists, says):
    with pytest.raises(UserError) as caught:
        divide(manifest(NAMES), split(lists=lists), 0)
    assert says in str(caught.value)
    assert "splits.set.lists" in str(caught.value)


def test_an_empty_part_is_an_error(tmp_path):
    everything = manifest(NAMES)
    path = tmp_path / "split.csv"
    path.write_text(to_csv(divide(everything, split(fractions={"train": 1, "val": 0, "test": 0}), 0)))
    assert len(images_of(everything, path, "train")) == 100
    with pytest.raises(UserError, match="no image of set is in its test part"):
        images_of(everything, path, "test")
    path.write_text("")
    with pytest.raises(UserError):
        images_of(everything, path, "train")


def test_a_split_file_cut_in_a_row_is_refused(tmp_path):
    path = tmp_path / "split.csv"
    path.write_text("image,split\na,test\nb")
    with pytest.raises(UserError, match=r"split\.csv: no part for 'b': not a whole split file"):
        images_of(manifest(["a", "b"]), path, "test")
