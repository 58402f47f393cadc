"""`unjpeg tables`: numbers against hand computations, order, marks, and one line for each mistake."""

import math

import numpy as np
import pandas as pd
import pytest

from unjpeg.errors import UserError

HEAD = "study,model,set,image,degradation,protocol,metric,value"


def rows(model: str, values: dict, metric: str = "psnr", degradation: str = "q10") -> list[str]:
    return [f"s,{model},kodak,{image},{degradation},color-420,{metric},{v}" for image, v in values.items()]


@pytest.fixture
def run(tmp_path, step):
    """`run(*lines)`: summary by model and metric, and the Markdown, of these score rows."""

    def tables(*lines: str) -> tuple[pd.DataFrame, str]:
        (tmp_path / "all.csv").write_text("\n".join([HEAD, *lines]) + "\n")
        step("tables", "--study", "s", "--scores", tmp_path / "all.csv", "--out-folder", tmp_path / "out")
        summary = pd.read_csv(tmp_path / "out/summary.csv", keep_default_na=False)
        return summary.set_index(["model", "metric"]), (tmp_path / "out/summary.md").read_text("utf-8")

    return tables


def psnr(a, b) -> float:
    return 10 * math.log10(255**2 / np.mean((a.astype(float) - b) ** 2))


def test_means_and_gains_are_those_of_the_pixels(study):
    from unjpeg.degradation import parse
    from unjpeg.jpeg import reference

    summary = pd.read_csv(study.tables() / "summary.csv", keep_default_na=False)
    row = summary.query("model == 'half' and degradation == 'gray-q10' and metric == 'psnr'").iloc[0]
    truth = {n: reference(p, parse("gray-q10")) for n, p in study.clean.items()}
    half = [psnr(study.restored("half", n, "gray-q10"), t) for n, t in truth.items()]
    jpeg = [psnr(study.restored("none", n, "gray-q10"), t) for n, t in truth.items()]
    assert row["images"] == 4
    assert row["mean"] == pytest.approx(np.mean(half), abs=1e-9)
    assert row["jpeg"] == pytest.approx(np.mean(jpeg), abs=1e-9)
    assert row["gain"] == pytest.approx(np.mean(half) - np.mean(jpeg), abs=1e-9)
    assert row["protocol"] == "gray-matlab"


def test_scores_hold_every_row_once_and_in_full(study):
    wanted = sorted(line for path in study.scores for line in path.read_text().splitlines()[1:])
    head, *have = (study.tables() / "scores.csv").read_text().splitlines()
    assert head == HEAD
    assert sorted(have) == wanted
    assert have[0].split(",")[1] == "none"


def test_order_of_files_changes_nothing(study):
    first = {p.name: p.read_bytes() for p in study.tables("a").rglob("*.*")}
    second = {p.name: p.read_bytes() for p in study.tables("b", backwards=True).rglob("*.*")}
    assert len(first) > 3
    assert first == second


def test_a_table_per_model_and_set(study):
    folder = study.tables() / "images"
    assert {str(p.relative_to(folder)) for p in folder.rglob("*.csv")} == {
        "none/toys.csv",
        "half/toys.csv",
        "worse/toys.csv",
    }
    table = pd.read_csv(folder / "worse/toys.csv")
    assert list(table.columns[:6]) == ["study", "model", "set", "image", "degradation", "protocol"]
    assert len(table) == 16
    assert (table["psnr_gain"] < 0).all()


def test_best_is_bold_in_the_direction_of_the_metric(run):
    _, text = run(
        *rows("none", {"a": 30, "b": 32}),
        *rows("up", {"a": 31, "b": 33.5}),
        *rows("down", {"a": 29, "b": 32}),
        *(
            line
            for m, v in (("none", 6), ("up", 7), ("down", 5), ("clean", 4))
            for line in rows(m, {"a": v, "b": v}, "niqe")
        ),
    )
    assert "| JPEG (input) | 31.00 |" in text
    assert "| up | **32.25** (+1.25) |" in text
    assert "| down | 30.50 (-0.50) |" in text
    assert "| down | **5.00** |" in text
    assert "| clean (ground truth) | 4.00 |" in text
    assert text.index("JPEG (input)") < text.index("clean (ground truth)") < text.index("| down | **5")
    assert "| down | -0.50 [-1.00, +0.00] / 50 % |" in text


def test_equal_print_is_equal_rank(run):
    _, text = run(*rows("none", {"a": 30}), *rows("x", {"a": 31.001}), *rows("y", {"a": 31.004}))
    assert text.count("**31.00**") == 2


def test_infinite_and_undefined_values_are_said(run):
    summary, text = run(
        *rows("none", {"a": 30, "b": 32}),
        *rows("exact", {"a": "inf", "b": 33}),
        *rows("none", {"a": 6, "b": 4}, "niqe"),
        *rows("exact", {"a": "nan", "b": 3}, "niqe"),
    )
    assert summary.loc[("exact", "psnr"), "mean"] == math.inf
    assert "**inf** (+inf)" in text
    niqe = summary.loc[("exact", "niqe")]
    # The input's mean is over the same image, b: 4, not 5.
    assert (niqe["images"], niqe["undefined"], niqe["mean"], niqe["jpeg"]) == (1, 1, 3, 4)
    assert "NIQE of exact is undefined for 1 of 2 images at q10" in text


def test_foot_states_protocol_metric_rounding_and_averaging(run):
    _, text = run(*rows("none", {"a": 30}))
    for part in (
        "Protocol color-420: RGB",
        "per-image values",
        "by unjpeg",
        "no border cut",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [*rows("none", {"a": 30, "b": 31}), *rows("m", {"a": 31})],
            "all.csv: 1 images by m; want 2",
        ),
        (
            [*rows("none", {"a": 30}), *rows("m", {"a": 31, "b": 31})],
            "all.csv: 1 images by none; want 2",
        ),
        ([*rows("none", {"a": 30}), *rows("none", {"a": 30})], "two rows for s none kodak a q10"),
        (rows("none", {"a": "high"}), "all.csv: value 'high' is not a number"),
        ([], "all.csv: a header and no rows"),
        ([line.replace("s,", "t,", 1) for line in rows("none", {"a": 30})], "rows of study 't'; want 's'"),
    ],
)
def test_mistakes_are_one_line(run, lines, message):
    with pytest.raises(UserError, match=message) as caught:
        run(*lines)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"), [("", "an empty file"), ("a,b\n1,2\n", "columns a,b; want study,model")]
)
def test_foreign_files_are_refused(study, text, message):
    study.scores[0].write_text(text)
    with pytest.raises(UserError, match=message):
        study.tables()
