"""`unjpeg plots`: which figures there are, what is drawn as what, equal bytes for equal data."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from unjpeg.errors import UserError
from unjpeg.report.curves import panels, quality_figure
from unjpeg.report.training import read_history, training_figure


@pytest.fixture
def summary(study) -> pd.DataFrame:
    from unjpeg.report.summary import read_summary

    frame = read_summary(study.tables() / "summary.csv")
    return frame[frame["metric"] == "psnr"]


def test_figures_are_svg_and_the_same_twice(study):
    study.tables()
    first, second = study.plots("a"), study.plots("b")
    names = {str(p.relative_to(first)) for p in first.rglob("*.svg")}
    assert names == {
        *("psnr/toys.svg", "gain/toys.svg", "rate/toys.svg", "cost.svg"),
        *("training/half.svg", "training/worse.svg"),
    }
    for name in names:
        assert ET.parse(first / name).getroot().tag.endswith("svg")
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_what_is_no_more_has_no_figure(study):
    study.tables()
    for name in ("psnr/gone.svg", "training/gone.svg", "calibration/of-another-rule.svg"):
        path = study.root / "plots" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<svg/>")
    assert {p.stem for p in study.plots().rglob("*.svg")} == {
        "toys",
        "cost",
        "half",
        "worse",
        "of-another-rule",
    }


def test_two_qualities_make_lines_and_the_rest_dots(summary):
    kinds = [(p.protocol, p.degradations, p.lines) for p in panels(summary)]
    assert kinds == [
        ("color-420", ["q20"], False),
        ("gray-matlab", ["gray-q10", "gray-q30"], True),
        ("gray-matlab", ["gray-q40+s4x4+q10"], False),
    ]


def test_lines_go_through_the_means_over_quality(summary):
    figure = quality_figure(summary, "mean", ["half", "worse"])
    axis = figure.axes[1]
    lines = {tuple(line.get_xdata()): line for line in axis.get_lines()}
    assert set(lines) == {(10, 30)}
    drawn = sorted(tuple(line.get_ydata()) for line in axis.get_lines())
    wanted = summary[summary["degradation"].isin(["gray-q10", "gray-q30"])]
    pairs = wanted.pivot(index="model", columns="degradation", values="mean")
    assert drawn == sorted(pairs.itertuples(index=False, name=None))
    assert [line.get_linestyle() for line in axis.get_lines()] == ["--", "-", "-"]
    assert axis.get_ylabel() == "PSNR (dB)"


def test_what_is_infinite_is_named_instead_of_drawn(summary):
    summary.loc[(summary["model"] == "half") & (summary["degradation"] == "gray-q30"), "mean"] = float("inf")
    axis = quality_figure(summary, "mean", ["half", "worse"]).axes[1]
    assert "not drawn: half gray-q30" in axis.get_title(loc="left")
    assert sorted(len(line.get_xdata()) for line in axis.get_lines()) == [1, 2, 2]


def test_training_leaves_out_what_was_not_measured(study):
    history = read_history(study.root / "models/half/history.csv")
    history.loc[history["step"] == 10, "val_gain"] = float("nan")
    upper, lower = training_figure("half", history).axes
    assert list(upper.get_lines()[0].get_xdata()) == [0, 10, 20, 30, 40, 50]
    assert list(lower.get_lines()[0].get_xdata()) == [0, 20, 30, 40, 50]
    assert upper.get_yscale() == "log"


def test_history_without_a_column_is_refused(tmp_path):
    (tmp_path / "history.csv").write_text("step,lr\n1,2\n")
    with pytest.raises(
        UserError, match="history.csv: no column loss, val_gain or val_accuracy or accuracy; has step, lr"
    ):
        read_history(tmp_path / "history.csv")


def test_a_critics_accuracy_is_drawn_instead_of_a_gain(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("step,lr,loss,accuracy\n10,1e-3,0.69,0.5\n20,1e-3,0.4,0.8\n")
    upper, lower = training_figure("judge", read_history(path)).axes
    assert list(lower.lines[0].get_ydata()) == [0.5, 0.8]
    assert "accuracy" in lower.get_ylabel()
