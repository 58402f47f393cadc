"""Intervals and tests of a mean: against scipy, by what must hold for any numbers, and in the summary."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from unjpeg.report.statistics import DRAWS, EXACT, interval, sign_flip, smallest_p
from unjpeg.report.summary import summarise

numbers = arrays(float, st.integers(2, 30), elements=st.floats(-50, 50, width=32))


@pytest.mark.parametrize("n", [5, 29, 200])
def test_the_interval_is_scipys(n):
    differences = np.random.default_rng(n).gamma(2, 0.5, n) - 0.3
    theirs = stats.bootstrap(
        (differences,), np.mean, n_resamples=100_000, method="percentile", rng=1
    ).confidence_interval
    # Both draw; the ends of 10,000 draws vary by some 2 % of the standard error of the mean.
    assert interval(differences) == pytest.approx(tuple(theirs), abs=0.1 * stats.sem(differences))


@settings(max_examples=60, deadline=None)
@given(numbers, st.floats(-20, 20))
def test_the_interval_holds_the_mean_and_moves_with_it(differences, shift):
    low, high = interval(differences)
    slack = 1e-9
    assert differences.min() - slack <= low <= differences.mean() + slack
    assert differences.mean() - slack <= high <= differences.max() + slack
    assert interval(differences + shift) == pytest.approx((low + shift, high + shift), abs=1e-8)
    assert interval(differences) == (low, high)


def test_the_interval_shrinks_with_the_root_of_the_number_of_images():
    few = np.random.default_rng(0).normal(1, 0.5, 30)
    low, high = interval(few)
    lower, higher = interval(np.tile(few, 4))
    assert (higher - lower) / (high - low) == pytest.approx(0.5, abs=0.05)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    ends = [interval(rng.normal(0.4, 1, 60)) for _ in range(300)]
    assert 0.91 < np.mean([low <= 0.4 <= high for low, high in ends]) < 0.98


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.inf], [1.0, math.nan]])
def test_what_has_no_interval(values):
    assert np.isnan(interval(np.array(values))).all()


@pytest.mark.parametrize("n", [3, 6, 10, EXACT])
def test_p_is_scipys_exact_one(n):
    differences = np.random.default_rng(n).normal(0.3, 0.6, n)
    theirs = stats.permutation_test(
        (differences, np.zeros(n)),
        lambda a, b, axis: (a - b).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    ).pvalue
    assert sign_flip(differences) == pytest.approx(theirs, abs=1e-12)


def test_p_of_many_images_is_near_that_of_the_t_test():
    differences = np.random.default_rng(3).normal(0.12, 0.5, 80)
    assert sign_flip(differences) == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(numbers)
def test_p_is_a_probability_that_knows_no_direction_and_no_unit(differences):
    p = sign_flip(differences)
    assert 0 < p <= 1
    assert sign_flip(-differences) == p
    assert sign_flip(4 * differences) == p


@pytest.mark.parametrize("n", [1, 5, 6, EXACT, EXACT + 1, 200])
def test_equal_values_give_one_and_equal_differences_the_smallest_p(n):
    assert sign_flip(np.zeros(n)) == 1
    assert sign_flip(np.full(n, 0.3)) == smallest_p(n)
    assert smallest_p(n) >= 1 / (DRAWS + 1)


def scores(**values):
    rows = [
        ("s", model, "x", f"image-{i}", "none", "color-444", metric, value)
        for metric, models in values.items()
        for model, column in models.items()
        for i, value in enumerate(column)
    ]
    columns = ["study", "model", "set", "image", "degradation", "protocol", "metric", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_the_summary_compares_with_the_best_of_the_column():
    up = np.arange(8.0)
    table = scores(
        niqe={
            "none": up + 3,
            "clean": up,
            "a": up + 1,
            "twin": up + 1,
            "b": up + 2,
            "c": [np.nan, *(up[1:] + 2)],
        }
    )
    summary = summarise(table).set_index("model")
    assert np.isnan(summary.loc["a", "p_best"])
    assert np.isnan(summary.loc["clean", "p_best"])
    assert summary.loc["twin", "p_best"] == 1
    assert summary.loc["none", "p_best"] == summary.loc["b", "p_best"] == 2 / 2**8
    assert summary.loc["c", "p_best"] == 2 / 2**7
    assert tuple(summary.loc["b", ["gain", "gain_low", "gain_high"]]) == (-1, -1, -1)


def test_harm_counts_what_was_perfect_before():
    """Images that were never compressed: a model can keep them, or spoil them."""
    inf = math.inf
    table = scores(psnr={"none": [inf] * 4, "keeps": [inf] * 4, "spoils": [inf, 50, 50, 40]})
    summary = summarise(table).set_index("model")
    assert tuple(summary["harm"][["none", "keeps", "spoils"]]) == (0, 0, 0.75)
    assert summary.loc["spoils", "harmed"] == 3
    assert summary.loc["none", "p_best"] == 1  # the best is `keeps`, by name, and equal
    assert np.isnan(summary.loc["spoils", "p_best"])  # the differences are infinite
