"""Mean and spread over seeds, by hand; only what the study groups."""

import pandas as pd
import pytest

from unjpeg.report.seeds import over_seeds, table


def summary():
    rows = [
        (model, "kodak", degradation, "color-420", metric, mean + shift, gain + shift)
        for metric, mean, gain in (("psnr", 30.0, 1.0), ("ssim", 0.8, 0.1))
        for degradation in ("q10", "q20")
        for model, shift in (("net", 0.0), ("net-1", 0.3), ("net-2", 0.6), ("other", 9.0), ("none", -1.0))
        if (model, degradation) != ("net-2", "q20")
    ]
    columns = ["model", "set", "degradation", "protocol", "metric", "mean", "gain"]
    return pd.DataFrame(rows, columns=columns)


def test_mean_deviation_and_range():
    frame = over_seeds(summary(), {"net": ["net", "net-1", "net-2"]})
    assert list(zip(frame["degradation"], frame["metric"], frame["seeds"])) == [
        ("q10", "psnr", 3),
        ("q10", "ssim", 3),
        ("q20", "psnr", 2),
        ("q20", "ssim", 2),
    ]
    row = frame.iloc[0]
    assert (row["mean"], row["gain"]) == (pytest.approx(30.3), pytest.approx(1.3))
    assert row["std"] == pytest.approx(0.3)  # of 0, 0.3, 0.6 with n - 1
    assert (row["gain_low"], row["gain_high"]) == (1.0, 1.6)
    assert row["models"] == "net net-1 net-2"
    assert frame.iloc[2]["std"] == pytest.approx(0.3 / 2**0.5)


def test_the_table_is_of_psnr():
    plain = table(over_seeds(summary(), {"net": ["net", "net-1", "net-2"]}))
    assert [[field.text for field in row] for row in plain.rows] == [
        ["net", "kodak", "q10", "color-420", "3", "30.30", "0.300", "+1.30", "+1.00", "+1.60"],
        ["net", "kodak", "q20", "color-420", "2", "30.15", "0.212", "+1.15", "+1.00", "+1.30"],
    ]


def test_without_groups_there_is_none(study, step):
    assert over_seeds(summary(), {}).empty
    assert "## Seeds" in (study.tables() / "summary.md").read_text("utf-8")
    step("tables", "--study", "small", "--scores", *study.scores, "--out-folder", study.root / "without")
    assert "## Seeds" not in (study.root / "without/summary.md").read_text("utf-8")
    assert (study.root / "without/seeds.csv").read_text().count("\n") == 1
