"""BD-rate against closed forms, values that others published, and another implementation."""

import numpy as np
import pytest

from unjpeg.report.bd_rate import NoRateError, bd_rate

# JCTVC-E137, as in the tests of Netflix's VMAF; values by JCT-VC's spreadsheet (piecewise cubic).
PUBLISHED = [
    (
        [(108048.8736, 43.6471), (61279.976, 40.3953), (33905.6656, 37.247), (18883.6928, 34.2911)],
        [(108061.2784, 43.6768), (61299.9936, 40.4232), (33928.7472, 37.2761), (18910.912, 34.3147)],
        -0.465215420752807,
    ),
    (
        [(40433.8848, 37.5761), (7622.7456, 35.3756), (2394.488, 33.8977), (1017.6184, 32.0603)],
        [(40370.12, 37.5982), (7587.0024, 35.4025), (2390.0944, 33.9194), (1017.0984, 32.0822)],
        -1.8779823450567612,
    ),
]
# Sample curves of the bjontegaard package (FAU Erlangen): x265 with two presets.
ANCHOR = np.array([(9487.76, 40.037), (4593.60, 38.615), (2486.44, 36.845), (1358.24, 34.851)])
TEST = np.array([(9787.80, 40.121), (4469.00, 38.651), (2451.52, 36.970), (1356.24, 34.987)])


def by_polynomial(anchor, test):
    """Bjontegaard's own: one cubic polynomial through four points, integrated by its antiderivative."""
    anchor, test = np.array(anchor), np.array(test)
    low, high = max(anchor[:, 1].min(), test[:, 1].min()), min(anchor[:, 1].max(), test[:, 1].max())
    areas = []
    for points in (anchor, test):
        whole = np.polyint(np.polyfit(points[:, 1] - low, np.log10(points[:, 0]), 3))
        areas.append(np.polyval(whole, high - low) - np.polyval(whole, 0))
    return 100 * (10 ** ((areas[1] - areas[0]) / (high - low)) - 1)


def by_hermite(anchor, test, steps=20_001):
    """Fritsch and Carlson's slopes written out, the curve summed by the trapezoid rule."""
    low = max(min(q for _, q in c) for c in (anchor, test))
    high = min(max(q for _, q in c) for c in (anchor, test))
    places = np.linspace(low, high, steps)
    means = []
    for curve in (anchor, test):
        x, y = np.array(sorted((q, np.log(r)) for r, q in curve)).T
        h, d = np.diff(x), np.diff(np.array(y)) / np.diff(x)
        w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
        inner = (w1 + w2) / (w1 / d[:-1] + w2 / d[1:])
        ends = [
            ((2 * a + b) * p - a * q) / (a + b)
            for a, b, p, q in ((h[0], h[1], d[0], d[1]), (h[-1], h[-2], d[-1], d[-2]))
        ]
        assert all(0 < e <= 3 * p for e, p in zip(ends, (d[0], d[-1])))  # else the rule cuts them
        slopes = np.array([ends[0], *inner, ends[1]])
        k = np.clip(np.searchsorted(x, places) - 1, 0, len(h) - 1)
        t = (places - x[k]) / h[k]
        values = (
            (1 + 2 * t) * (1 - t) ** 2 * y[k]
            + t * (1 - t) ** 2 * h[k] * slopes[k]
            + t**2 * (3 - 2 * t) * y[k + 1]
            + t**2 * (t - 1) * h[k] * slopes[k + 1]
        )
        means.append(((values[1:] + values[:-1]) / 2).mean())
    return 100 * (np.exp(means[1] - means[0]) - 1)


@pytest.mark.parametrize(("anchor", "test", "percent"), PUBLISHED)
def test_published_values(anchor, test, percent):
    assert bd_rate(np.array(anchor), np.array(test)).percent == pytest.approx(percent, abs=1e-9)


@pytest.mark.parametrize(("anchor", "test"), [(a, t) for a, t, _ in PUBLISHED] + [(ANCHOR, TEST)])
def test_another_implementation(anchor, test):
    found = bd_rate(np.array(anchor), np.array(test)).percent
    assert found == pytest.approx(by_hermite(anchor, test), abs=1e-5)


def test_the_polynomial_is_near_on_a_tame_curve():
    assert bd_rate(ANCHOR, TEST).percent == pytest.approx(by_polynomial(ANCHOR, TEST), abs=0.1)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_the_same_curve_at_another_rate(factor):
    found = bd_rate(ANCHOR, ANCHOR * [factor, 1])
    assert found.percent == pytest.approx(100 * (factor - 1), abs=1e-9)
    assert (found.low, found.high) == (34.851, 40.037)


def test_straight_lines():
    """log rate = a + b q: the difference is that of the lines in the middle of the common range."""
    quality = np.array([30.0, 31, 33, 36])

    def line(q, a, b):
        return np.stack([np.exp(a + b * q), q], -1)

    found = bd_rate(line(quality, 0, 0.2), line(quality + 2, -0.7, 0.21))
    assert (found.low, found.high) == (32, 36)
    assert found.percent == pytest.approx(100 * np.expm1(-0.7 + 0.01 * 34))


def test_points_come_in_any_order():
    assert bd_rate(ANCHOR[::-1], TEST[[2, 0, 3, 1]]) == bd_rate(ANCHOR, TEST)


@pytest.mark.parametrize(
    ("test", "why"),
    [
        (TEST[:3], "fewer than 4 qualities"),
        (TEST + [0, 20], "no overlap"),
        (TEST[:, [0, 1]] * [1, -1], "not monotone"),
        (np.where(TEST == 36.970, 38.7, TEST), "not monotone"),
        (np.where(TEST == 40.121, np.inf, TEST), "not finite"),
        (np.where(TEST == 40.121, np.nan, TEST), "not finite"),
    ],
)
def test_why_there_is_none(test, why):
    with pytest.raises(NoRateError, match=why):
        bd_rate(ANCHOR, test)
