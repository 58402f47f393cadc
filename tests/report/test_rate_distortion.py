"""From degraded files to bytes saved: sizes, families of curves, both ways to average, and the figure."""

import numpy as np
import pandas as pd
import pytest

from unjpeg import jpeg
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.report.curves import quality_figure
from unjpeg.report.rate_distortion import COLUMNS, rate_distortion, table
from unjpeg.report.rates import mean_rates, read_rates

QUALITIES = (10, 20, 30, 40)
SCORES = ["study", "model", "set", "image", "degradation", "protocol", "metric", "value"]


def test_sizes_are_those_of_the_files(study, step):
    # What was never compressed is in the set too, and has no JPEG file.
    path = study.root / "degraded/toys/none.h5"
    step(
        *("compress", "--manifest", study.root / "manifest.json", "--split", split(study)),
        *("--degradation", "none", "--output", path),
    )
    assert path.is_file()
    rates = read_rates([study.rates()])
    assert set(rates["set"]) == {"toys"}
    assert len(rates) == 4 * 4
    for row in rates.itertuples():
        data = jpeg.degrade(study.clean[row.image], parse(row.degradation))
        assert row.bytes == len(data)
        down, right = parse(row.degradation).shift
        assert row.bpp == pytest.approx(8 * len(data) / ((96 - down) * (120 - right)))
    means = mean_rates(rates).set_index("degradation")["bpp"]
    assert list(means.index) == ["gray-q10", "gray-q30", "q20", "gray-q40+s4x4+q10"]
    assert means["q20"] == pytest.approx(rates[rates["degradation"] == "q20"]["bpp"].mean())


def split(study):
    path = study.root / "split.csv"
    path.write_text("image,split\n" + "".join(f"{name},test\n" for name in study.clean))
    return path


def curves(metric="psnr", model="m", saved=(0.8, 0.8), sampling="", names=("a", "b"), sign=1.0):
    """Scores and rates: value 30 + 2 ln(rate) per image, and the model's as if the file were 1 / `saved`
    times as large."""
    scores, rates = [], []
    for name, factor, size in zip(names, saved, (1.0, 3.0)):
        for quality in QUALITIES:
            bpp, degradation = size * quality / 20, f"q{quality}{sampling}"
            protocol = f"color-{sampling[1:] or 420}"
            rates.append(["kodak", name, degradation, 1000 * bpp, bpp])
            for who, share in (("none", 1.0), (model, factor)):
                value = 30 + sign * 2 * np.log(bpp / share)
                scores.append(["s", who, "kodak", name, degradation, protocol, metric, value])
    columns = ["set", "image", "degradation", "bytes", "bpp"]
    return pd.DataFrame(scores, columns=SCORES), pd.DataFrame(rates, columns=columns)


@pytest.mark.parametrize(("metric", "sign"), [("psnr", 1.0), ("lpips_squeeze", -1.0)])
def test_a_shifted_curve_saves_its_shift(metric, sign):
    frame = rate_distortion(*curves(metric, sign=sign))
    (row,) = frame.itertuples()
    assert list(frame.columns) == COLUMNS
    assert (row.model, row.set, row.protocol, row.metric, row.images) == (
        "m",
        "kodak",
        "color-420",
        metric,
        2,
    )
    assert row.qualities == "10 20 30 40"
    assert row.bd_rate == pytest.approx(-20)
    assert (row.bd_rate_low, row.bd_rate_high) == (pytest.approx(-20), pytest.approx(-20))
    assert row.curve_bd_rate == pytest.approx(-20)
    assert row.curve_low < row.curve_high
    assert row.reason == row.curve_reason == ""
    # The range is told in the metric's own direction: from the worst that the model has or the JPEG.
    worst = 30 + sign * 2 * np.log(np.array([0.5, 1.5]) / 0.8)
    assert (row.curve_low if sign > 0 else row.curve_high) == pytest.approx(worst.mean())


def test_the_headline_is_the_mean_of_the_images():
    (row,) = rate_distortion(*curves(saved=(0.5, 0.9))).itertuples()
    assert row.bd_rate == pytest.approx((-50 - 10) / 2)
    assert row.bd_rate_low < -30 < row.bd_rate_high
    # The curve of means is that of the geometric mean of 0.5 and 0.9 here: another number.
    assert row.curve_bd_rate == pytest.approx(100 * (np.sqrt(0.45) - 1))


def test_one_image_without_a_number_leaves_the_set_without():
    scores, rates = curves(saved=(0.8, 0.9))
    bent = (scores["model"] == "m") & (scores["image"] == "b") & (scores["degradation"] == "q30")
    scores.loc[bent, "value"] -= 2
    (row,) = (frame := rate_distortion(scores, rates)).itertuples()
    assert np.isnan(row.bd_rate) and np.isnan(row.bd_rate_low)
    assert row.reason == "not monotone (1/2)"
    assert [field.text for field in table(frame).rows[0]][-1] == "not monotone (1/2)"


def test_samplings_are_families_of_their_own_and_doubles_are_none():
    parts = [curves(), curves(sampling="-444", saved=(0.7, 0.7)), curves()]
    for frame in parts[2]:
        frame["degradation"] = "q90+" + frame["degradation"]
    scores, rates = (pd.concat(frames) for frames in zip(*parts))
    frame = rate_distortion(scores, rates)
    assert frame.set_index("protocol")["bd_rate"].to_dict() == {
        "color-420": pytest.approx(-20),
        "color-444": pytest.approx(-30),
    }


def test_the_jpeg_is_seen_at_the_model_s_qualities_and_three_are_too_few():
    scores, rates = curves()
    scores = scores[(scores["model"] == "none") | (scores["degradation"] != "q40")]
    (row,) = rate_distortion(scores, rates).itertuples()
    assert row.qualities == "10 20 30"
    assert row.reason == row.curve_reason == "fewer than 4 qualities"
    assert np.isnan(row.bd_rate) and np.isnan(row.curve_bd_rate)


def test_ranges_that_do_not_meet_are_words():
    (row,) = rate_distortion(*curves(saved=(0.01, 0.01))).itertuples()
    assert (row.reason, row.curve_reason) == ("no overlap (2/2)", "no overlap")


def test_a_metric_without_a_better_end_has_no_rate():
    assert rate_distortion(*curves("somebody_elses")).empty


def test_real_files_through_the_steps(study):
    """A model that undoes half of the damage gains 20 log10(2) = 6.02 dB, minus rounding."""
    frame = pd.read_csv(study.tables() / "rate_distortion.csv", keep_default_na=False)
    assert set(frame["model"]) == {"half", "worse"}
    assert set(frame["qualities"]) == {"10 30", "20"}
    assert set(frame["reason"]) == {"fewer than 4 qualities"}
    text = (study.root / "tables/summary.md").read_text("utf-8")
    assert "| half | toys | gray-matlab | 10, 30 | fewer than 4 qualities |" in text


def test_the_figure_stands_over_bits_per_pixel(study):
    from unjpeg.report.summary import read_summary

    summary = read_summary(study.tables() / "summary.csv")
    bpp = mean_rates(read_rates([study.rates()])).set_index("degradation")["bpp"]
    figure = quality_figure(summary[summary["metric"] == "psnr"], "mean", ["half", "worse"], bpp)
    (axis,) = figure.axes  # of the gray ones; a single quality makes no curve
    assert axis.get_xscale() == "log"
    assert "bits per pixel" in axis.get_xlabel()
    for line in axis.get_lines():
        assert list(line.get_xdata()) == [bpp["gray-q10"], bpp["gray-q30"]]


def test_a_foreign_file_of_rates_is_refused(tmp_path):
    (tmp_path / "kodak.csv").write_text("image,bytes\na,1\n")
    with pytest.raises(UserError, match="kodak.csv: columns image,bytes; want image,degradation"):
        read_rates([tmp_path / "kodak.csv"])
