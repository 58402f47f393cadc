"""What the CSV writers are given is read back, whatever the names; a cut one is never a shorter table."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unjpeg.errors import UserError
from unjpeg.leaks import table as leaks
from unjpeg.manifest import Image, Manifest
from unjpeg.parts import PARTS, images_of
from unjpeg.parts import to_csv as split_csv
from unjpeg.report.detection import read_detections
from unjpeg.report.leaks import leaks_table
from unjpeg.report.scores import KEYS, read_scores
from unjpeg.report.training import read_history
from unjpeg.scoring import to_csv
from unjpeg.steps import detect, train

# Every name that a data set may give its images (`foreign.check_file`).
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1)
VALUES = st.floats(allow_nan=True, allow_infinity=True, min_value=None, width=32)
HERE = {"study": "s", "model": "none", "set": "toys", "degradation": "q10", "protocol": "color-420"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("csv")


def written(folder: Path, text: str) -> Path:
    path = folder / "x.csv"
    path.write_text(text, "utf-8", newline="")
    return path


def same(ours: list[float], theirs: list[float], within: float = 0) -> bool:
    return np.allclose(ours, theirs, rtol=0, atol=within, equal_nan=True)


@given(st.dictionaries(NAMES, st.tuples(VALUES, VALUES), min_size=1, max_size=5))
@example({"a tie, half a unit away": (0.0, 1.0703125)})
def test_scores(folder, values):
    table = [
        {**HERE, "image": name, "metric": metric, "value": value}
        for name, pair in values.items()
        for metric, value in zip(("psnr", "ssim"), pair)
    ]
    read = read_scores([written(folder, to_csv(table))], "s")
    found = {tuple(row[:-1]): row[-1] for row in read.itertuples(index=False)}
    want = {tuple(row[k] for k in KEYS): row["value"] for row in table}
    assert found.keys() == want.keys()
    assert all(same(found[key], want[key], 5.001e-7) for key in want)


@given(st.dictionaries(NAMES, st.sampled_from(PARTS), min_size=1, max_size=6))
def test_splits(folder, parts):
    texts = dict.fromkeys(("dataset", "title", "licence", "citation", "source", "root"), "x")
    images = [Image(name=n, file=n, sha256="", width=1, height=1, mode="L") for n in parts]
    manifest, path = Manifest(**texts, colour="gray", images=tuple(images)), written(folder, split_csv(parts))
    for part in PARTS:
        want = [name for name in parts if parts[name] == part]
        if want:
            assert [image.name for image in images_of(manifest, path, part)] == want


@given(st.lists(st.tuples(*[NAMES] * 4), max_size=4))
def test_leaks(folder, rows):
    table = [
        dict(zip(leaks.COLUMNS, [a, b, c, d, "exact", "1.0000", "why"], strict=True)) for a, b, c, d in rows
    ]
    read = leaks_table(written(folder, leaks.to_csv(table)))
    assert [(r[0].text, r[1].text) for r in read.rows] == [(f"{a}/{b}", f"{c}/{d}") for a, b, c, d in rows]


@given(st.lists(st.tuples(NAMES, st.floats(0, 1), st.floats(0, 100) | st.just("")), min_size=1, max_size=4))
def test_detections(folder, found):
    rows = [["m", "toys", "q10", name, "all", "single", 0, f"{p:.6f}", 0, q] for name, p, q in found]
    read = read_detections([written(folder, detect._csv(rows))])
    assert list(read["image"]) == [name for name, *_ in found]
    assert same(list(read["single"]), [p for _, p, _ in found], 5e-7)
    assert same(list(read["quality"]), [np.nan if q == "" else q for *_, q in found])


@given(st.lists(st.tuples(st.floats(allow_nan=False), st.floats()), min_size=1, max_size=4))
def test_histories(folder, values):
    history = [{"step": k, "lr": 1e-3, "loss": a, "val_gain": b} for k, (a, b) in enumerate(values)]
    train._write(folder, {"arch": "x", "run": "y"}, {"history": history, "weights": {}})
    read = read_history(folder / "history.csv")
    assert same(list(read["loss"]), [a for a, _ in values])
    assert same(list(read["val_gain"]), [b for _, b in values])


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """Bytes of a score file of the JPEG itself: three images, two protocols, one metric without reference."""
    protocols = {"color-420": ("psnr", "niqe"), "y-of-color-420": ("psnr",)}
    table = [
        {**HERE, "model": model, "image": name, "protocol": protocol, "metric": metric, "value": 12.345678}
        for name in ("a", "b ä", "c,d")
        for protocol, metrics in protocols.items()
        for model, chosen in (("none", metrics), ("clean", [m for m in metrics if m == "niqe"]))
        for metric in chosen
    ]
    return to_csv(table).encode()


@pytest.mark.parametrize("record", [True, False])
def test_a_score_file_that_was_cut_is_refused(scored, tmp_path, record):
    """At every byte. Without its record, a cut between two lines is for the study's other files to show."""
    path = tmp_path / "q10.csv"
    if record:
        path.with_suffix(".json").write_text(json.dumps({"images": {"count": 3}}))
    path.write_bytes(scored)
    assert len(read_scores([path], "s")) == 12
    for end in range(len(scored)):
        path.write_bytes(scored[:end])
        if not record and scored[:end].endswith(b"\n"):
            continue
        with pytest.raises(UserError) as error:
            read_scores([path], "s")
        assert str(error.value).startswith(str(path))
        assert "\n" not in str(error.value)


def test_the_studys_other_files_show_a_missing_image(scored, tmp_path):
    none, other = tmp_path / "none.csv", tmp_path / "other.csv"
    none.write_bytes(b"".join(scored.splitlines(keepends=True)[:9]))
    lines = [line for line in scored.splitlines(keepends=True) if b",clean," not in line]
    other.write_bytes(b"".join(lines).replace(b"s,none,", b"s,m,"))
    with pytest.raises(UserError, match="of image 'c,d'"):
        read_scores([none, other], "s")
