"""Accuracies of detectors: counted alike by class, beside the published ones, with their calibration."""

import numpy as np
import pandas as pd
import pytest

from unjpeg.errors import UserError
from unjpeg.models.c_tiny import CARD
from unjpeg.report.calibration import calibration_error, reliability
from unjpeg.report.detection import ALL, COLUMNS, accuracies, detection_table, read_detections
from unjpeg.report.scores import write_csv

ROWS = [
    # degradation, image, tile, label, never, once, twice, quality
    ("none", "a", "all", "none", 0.8, 0.1, 0.1, ""),
    ("none", "a", "0", "none", 0.9, 0.05, 0.05, ""),
    ("none", "a", "1", "single", 0.3, 0.4, 0.3, ""),
    ("q10", "a", "all", "single", 0.1, 0.6, 0.3, "14"),
    ("q10", "a", "0", "double", 0.1, 0.3, 0.6, ""),
    ("q10", "a", "1", "single", 0.1, 0.7, 0.2, ""),
    ("q90", "a", "all", "single", 0.1, 0.8, 0.1, "88"),
    ("q90", "a", "0", "single", 0.1, 0.8, 0.1, ""),
    ("q90", "a", "1", "single", 0.1, 0.8, 0.1, ""),
    ("q50+q10", "a", "all", "double", 0.1, 0.1, 0.8, "10"),
    ("q50+q10", "a", "0", "double", 0.1, 0.1, 0.8, ""),
    ("q50+q10", "a", "1", "none", 0.8, 0.1, 0.1, ""),
]


@pytest.fixture
def path(tmp_path):
    table = pd.DataFrame([("net", "toys", *row) for row in ROWS], columns=COLUMNS)
    write_csv(table, tmp_path / "found.csv")
    return tmp_path / "found.csv"


def test_classes_and_sides_of_the_gate_count_alike(path):
    found = accuracies(read_detections([path])).set_index(["level", "degradation"])
    tile = found.loc["tile"]
    assert tile.loc["none", "accuracy"] == 0.5
    assert tile.loc["q10", ["none", "single", "double"]].tolist() == [0, 0.5, 0.5]
    assert tile.loc[ALL, "accuracy"] == pytest.approx((0.5 + (0.5 + 1) / 2 + 0.5) / 3)
    assert tile.loc[ALL, "gate"] == pytest.approx((0.5 + (1 + 1 + 0.5) / 3) / 2)
    image = found.loc["image"]
    assert image.loc[ALL, "accuracy"] == 1
    assert image.loc["q10", "quality_error"] == 4
    assert image.loc[ALL, "quality_error"] == 2
    assert np.isnan(image.loc["none", "quality_error"])


def test_the_published_accuracy_stands_beside_tiles_only(path):
    table = detection_table(accuracies(read_detections([path])), {"net": CARD["published"]})
    column = table.heads.index("published")
    shown = {(row[2].text, row[3].text): row[column].text for row in table.rows}
    assert shown["tiles", "q10"] == "0.077"
    assert shown["images", "q10"] == shown["tiles", "all"] == "–"


def test_calibration_compares_said_and_right(path):
    tiles = read_detections([path]).query("level == 'tile'")
    bins = reliability(tiles)
    assert bins["count"].sum() == 8
    assert bins.loc[8, ["said", "right"]].tolist() == pytest.approx([0.8, 0.75])
    assert 0 < calibration_error(bins) < 1
    perfect = tiles.assign(none=1.0, single=0.0, double=0.0).query("degradation == 'none'")
    assert calibration_error(reliability(perfect)) == 0


def test_other_files_are_one_line(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match=r"x\.csv: want rows of model,set"):
        read_detections([tmp_path / "x.csv"])
