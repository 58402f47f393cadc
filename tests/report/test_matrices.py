"""The four matrices: which degradations belong together, and that each cell is one of the summary."""

import pandas as pd
import pytest

from unjpeg.report.matrices import matrices, tables
from unjpeg.report.trained import trained


@pytest.fixture
def cards():
    made = {
        "b-q10": ("net", ["q10"]),
        "a-q40": ("net", ["q40"]),
        "blind": ("other", ["none", "q10", "q20", "q30", "q40", "q95-444", "q50+s1x2+q10"]),
    }
    return [{"model": m, "arch": arch, "degradations": names} for m, (arch, names) in made.items()]


def summary(**tested):
    """Of PSNR: gain = quality / 10 + shift, harm a tenth of it; tested: degradations by model."""
    rows = []
    for model, degradations in tested.items():
        for k, name in enumerate(degradations):
            protocol = (
                "gray-matlab" if name.startswith("gray") else "color-444" if "444" in name else "color-420"
            )
            for who in ("none", model.replace("_", "-")):
                rows.append(("kodak", who, name, protocol, "psnr", 24, 1.0 + k, 0.1 * k))
                rows.append(("kodak", who, name, protocol, "ssim", 24, 9.0, 0.9))
    columns = ["set", "model", "degradation", "protocol", "metric", "images", "gain", "harm"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(columns[:5])


def cells(plain):
    return {row[0].text: dict(zip(plain.heads, (f.text for f in row))) for row in plain.rows}


def test_trained_against_tested_quality(cards):
    names = ["q40", "q5", "q10", "q10-444"]
    frame = matrices(summary(blind=names, b_q10=names[:3], a_q40=names[:3], lone=["q10"]), cards)
    (plain,) = [t for t in tables(frame) if t.id == "matrix-quality"]
    assert plain.heads == ["model", "architecture", "trained on", "set", "samples", "test", "5", "10", "40"]
    # By architecture, then by what they were trained on; a model with one cell compares nothing.
    assert [row[0].text for row in plain.rows] == ["b-q10", "a-q40", "blind"]
    blind = cells(plain)["blind"]
    assert (blind["5"], blind["10"], blind["40"]) == ("+2.00", "+3.00", "+1.00")
    assert blind["trained on"] == "10 to 95 (5 qualities), double, none"
    assert cells(plain)["b-q10"]["trained on"] == "10"
    assert blind["test"] == "4:2:0"


def test_the_long_form_says_where_a_cell_is_from(cards):
    frame = matrices(summary(blind=["q10", "q20"]), cards)
    assert frame.to_dict("records")[1] == {
        "matrix": "quality",
        "set": "kodak",
        "samples": "color",
        "row": "4:2:0",
        "model": "blind",
        "arch": "other",
        "trained": "10 to 95 (5 qualities), double, none",
        "column": "20",
        "degradation": "q20",
        "protocol": "color-420",
        "gain": 2.0,
        "harm": 0.1,
        "images": 24,
    }


def test_single_against_double(cards):
    names = ["q10", "q50+q10", "q50+s1x1+q10", "q50+s4x3+q10", "q30+s1x0+q20", "gray-q10"]
    frame = matrices(summary(blind=names), cards)
    double = frame[frame["matrix"] == "double"]
    assert double[["row", "column", "degradation"]].to_numpy().tolist() == [
        ["q50 then q10", "double aligned", "q50+q10"],
        ["q50 then q10", "double shifted", "q50+s4x3+q10"],  # the nearest to 4x4
        ["q50 then q10", "single", "q10"],
    ]
    (plain,) = [t for t in tables(frame) if t.id == "matrix-double"]
    assert plain.heads[6:] == ["single", "double aligned", "double shifted"]


def test_shifts_of_one_pair_only(cards):
    names = ["q50+s7x7+q10", "q50+q10", "q50+s3x5+q10", "q60+s1x1+q10", "q50+s1x1+q20", "gray-q50+s1x1+q10"]
    names += ["q50+s1x1+q10-444"]
    frame = matrices(summary(blind=names), cards)
    (plain,) = [t for t in tables(frame) if t.id == "matrix-shift"]
    assert plain.heads[6:] == ["0x0", "3x5", "7x7"]
    assert [[f.text for f in row][5:] for row in plain.rows] == [["q50 then q10", "+2.00", "+3.00", "+1.00"]]


def test_samplings_at_equal_quality(cards):
    frame = matrices(summary(blind=["q10-444", "q10", "q20", "gray-q10", "q30-444"]), cards)
    (plain,) = [t for t in tables(frame) if t.id == "matrix-sampling"]
    assert plain.heads[6:] == ["4:2:0", "4:4:4"]
    assert [[f.text for f in row][5:] for row in plain.rows] == [["10", "+2.00", "+1.00"]]


def test_protocols_that_compare_other_samples_stand_apart(cards):
    rows = summary(blind=["q10", "q20"])
    luma = rows.assign(protocol="y-of-" + rows["protocol"], gain=rows["gain"] + 5)
    (plain,) = tables(matrices(pd.concat([rows, luma]), cards))
    assert [[f.text for f in row][4:] for row in plain.rows] == [
        ["color", "4:2:0", "+1.00", "+2.00"],
        ["y-of-color", "4:2:0", "+6.00", "+7.00"],
    ]


def test_nothing_to_compare_is_no_matrix(cards):
    assert tables(matrices(summary(blind=["q10", "gray-q10", "none"]), cards)) == []


def test_real_scores_through_the_steps(study):
    frame = pd.read_csv(study.tables() / "matrices.csv", keep_default_na=False)
    means = pd.read_csv(study.root / "tables/summary.csv", keep_default_na=False)
    means = means[means["metric"] == "psnr"].set_index(["model", "degradation"])
    assert {"quality", "double"} == set(frame["matrix"])
    for row in frame.itertuples():
        assert row.gain == means.loc[(row.model, row.degradation), "gain"]
        assert row.harm == means.loc[(row.model, row.degradation), "harm"]
    page = study.plots() and study.page().read_text("utf-8")
    assert '<section id="matrix-quality"' in page
    gain = means.loc[("half", "gray-q10"), "gain"]
    assert f'style="--gain: {gain}">+{gain:.2f}</td>' in page


def test_a_card_that_says_nothing():
    assert trained({"model": "x"}).text == ""
    assert trained({"arch": "a", "degradations": ["gray-q30", "gray-q10"]}).text == "10, 30"
