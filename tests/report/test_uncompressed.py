"""Images that were never compressed: nothing to gain, and harm is any change."""

import math

import pandas as pd
import pytest

from unjpeg.report.cases import gains
from unjpeg.report.curves import quality_figure
from unjpeg.report.grid import grids
from unjpeg.report.headline import headline
from unjpeg.report.latex import latex
from unjpeg.report.markdown import markdown
from unjpeg.report.per_image import per_image
from unjpeg.report.scores import COLUMNS
from unjpeg.report.summary import summarise


@pytest.fixture
def scores():
    values = {
        "none": {"none": ("inf", "inf"), "q90-444": (40, 42)},
        "careful": {"none": (50, "inf"), "q90-444": (41, 43)},
        "rough": {"none": (45, 47), "q90-444": (39, 41)},
    }
    rows = [
        ("s", model, "kodak", image, degradation, "color-444", "psnr", float(value))
        for model, degradations in values.items()
        for degradation, pair in degradations.items()
        for image, value in zip("ab", pair)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_there_is_nothing_to_gain_and_harm_is_any_change(scores):
    summary = summarise(scores).query("degradation == 'none'").set_index("model")
    assert summary["gain"].isna().all()
    assert summary["mean"].to_dict() == {"none": math.inf, "careful": math.inf, "rough": 46}
    assert summary["harm"].to_dict() == {"none": 0, "careful": 0.5, "rough": 1}


def test_what_is_printed(scores):
    tables = grids(summarise(scores))
    text = markdown("s", tables)
    assert "| rough | 40.00 (-1.00) | 46.00 |" in text
    assert "| JPEG (input) | 41.00 | **inf** |" in text
    assert "| careful | +1.00 [+1.00, +1.00] / 0 % | – / 50 % |" in text
    assert "Note: none: images that were never compressed" in text
    assert "inf)" not in text
    assert r"rough & -1.00" not in (tex := latex("s", tables)) and "-inf" not in tex


def test_no_sentence_about_a_jpeg_that_is_none(scores):
    assert headline(grids(summarise(scores))[0]) == (
        "careful has the best PSNR at 1 of 1 degradations, +1.00 dB over the JPEG."
    )


def test_no_gain_per_image(scores):
    tables = dict(per_image(scores))
    gains = tables["rough", "kodak"].set_index(["degradation", "image"])["psnr_gain"]
    assert gains["q90-444"].tolist() == [-1, -1]
    assert gains["none"].isna().all()


def test_no_worst_case(scores):
    assert set(gains(scores, "rough")["degradation"]) == {"q90-444"}


def test_no_place_in_the_curves(scores):
    summary = summarise(scores)
    (axis,) = quality_figure(summary, "gain", ["careful", "rough"]).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["q90-444"]
    assert "not finite" not in axis.get_title(loc="left")
    only = summary[summary["degradation"] == "none"]
    assert [text.get_text() for text in quality_figure(only, "gain", []).texts] == ["No JPEG to draw."]
