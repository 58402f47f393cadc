"""Published values stand beside ours only where they compare, marked, and never among the scores."""

import pandas as pd
import pytest
import yaml

from unjpeg.config.published import Published
from unjpeg.errors import UserError
from unjpeg.report.published import COLUMNS, REPORTED, beside, not_comparable, read_table
from unjpeg.report.summary import read_summary

TABLE = {
    "set": "toys",
    "images": 4,
    "protocol": "gray-matlab",
    "degradations": ["gray-q10", "gray-q99"],
    "metrics": ["psnr", "brisque"],
    "rows": {"Net": {"sources": ["a"], "values": ["30.10/1.5", "31.00"]}},
}


def published(**changes):
    return Published.model_validate({"sources": {"a": "A paper"}, "tables": {"t": TABLE | changes}})


@pytest.fixture
def summary(study):
    return read_summary(study.tables() / "summary.csv")


def test_only_places_that_we_have_too(summary):
    found = beside([published()], summary)
    assert found.to_numpy().tolist() == [
        ["toys", "gray-matlab", "gray-q10", "psnr", "Net", "30.10", "A paper", "", ""]
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"set": "others"},
        {"images": 5},
        {"protocol": "color-420", "degradations": ["q20", "q30"], "metrics": ["ms_ssim", "brisque"]},
    ],
)
def test_other_images_and_other_places_do_not_compare(summary, changes):
    assert beside([published(**changes)], summary).empty


def test_mistakes_are_one_line(summary):
    with pytest.raises(UserError, match="published: two values for toys gray-matlab gray-q10 psnr Net"):
        beside([published(), published()], summary)
    with pytest.raises(UserError, match="protocol 'color-420' does not fit degradation 'gray-q10'"):
        beside([published(protocol="color-420")], summary)
    with pytest.raises(UserError, match="no protocol 'gray'"):
        beside([published(protocol="gray")], summary)


def test_they_are_marked_and_stay_out_of_scores_and_summary(study):
    folder = study.tables()
    text = (folder / "summary.md").read_text("utf-8")
    assert "| *Net\\_50%* [1] | 35.60 / 0.9310 / – | 36 / 0.94 / – | – |" in text
    assert "[1] Nobody & Others, Some Conference 2020; their \\<table> (one network)" in text
    assert "Rows in italics with a number are published values, not computed here." in text
    assert "Published rows: Codec & luma are not stated." in text
    for name in ("scores.csv", "summary.csv", "images/half/toys.csv"):
        assert "Net" not in (folder / name).read_text("utf-8")
    table = read_table(folder / "published.csv", COLUMNS)
    assert table["published"].tolist() == ["35.60", "0.9310", "36", "0.94"]


def test_what_does_not_compare_is_told_with_its_reason(study):
    folder = study.tables()
    table = read_table(folder / "reported.csv", REPORTED)
    assert table.to_numpy().tolist() == [["AR", "its own", "MSE 3 & 4", "a README", "no images"]]
    assert "| AR | its own | MSE 3 & 4 | a README | no images |" in (folder / "summary.md").read_text("utf-8")


def test_reports_are_chosen_by_network_and_by_set(root):
    text = (root / "config" / "published.yaml").read_text("utf-8")
    file = Published.model_validate(yaml.safe_load(text))
    systems = set(not_comparable([file], {"urban100"}, {"arnet", "ar_cnn"})["system"])
    assert {"SwinIR, CAT, CAT+", "ARNet, GAN"} <= systems
    assert not {"CAR-CNN", "S-Net"} & systems
    assert not_comparable([file], {"photos"}, {"ar_cnn"}).empty


def test_a_foreign_file_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(UserError, match="columns a; want system,data"):
        read_table(tmp_path / "x.csv", REPORTED)
