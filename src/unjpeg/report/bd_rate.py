"""BD-rate: by how many percent two rate-distortion curves differ in rate at equal quality.

Bjontegaard's measure (ITU-T VCEG-M33, 2001) with the piecewise cubic interpolation (PCHIP, Fritsch and
Carlson 1980) that JCT-VC and JVET put in the place of his polynomial (JCTVC-L1100, JVET-T2010): it stays
monotone between the points, so it never invents a rate that none of them has.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

FEWEST = 4  # points of a curve; with fewer the shape between them is a guess
TOO_FEW = f"fewer than {FEWEST} qualities"


class NoRateError(Exception):
    """There is no BD-rate; the message says why, in a few words."""


@dataclass(frozen=True)
class Difference:
    """percent: of rate, negative for fewer bytes; over the qualities low..high, which both curves have."""

    percent: float
    low: float
    high: float


def bd_rate(anchor: np.ndarray, test: np.ndarray) -> Difference:
    """Mean difference in log rate of `test` from `anchor`, over the range of quality that both have.

    anchor, test: (n, 2) of rate > 0 and quality, where more is better, in any order. Nothing is
    extrapolated. Errors: `NoRateError` for fewer than `FEWEST` points, values that are not finite,
    a quality that does not rise strictly with the rate, or ranges that do not overlap.
    """
    curves = [_checked(points) for points in (anchor, test)]
    low, high = max(c[0, 1] for c in curves), min(c[-1, 1] for c in curves)
    if low >= high:
        raise NoRateError("no overlap")
    logs = [PchipInterpolator(c[:, 1], np.log(c[:, 0])).integrate(low, high) / (high - low) for c in curves]
    return Difference(100 * float(np.expm1(logs[1] - logs[0])), float(low), float(high))


def _checked(points: np.ndarray) -> np.ndarray:
    if len(points) < FEWEST:
        raise NoRateError(TOO_FEW)
    if not np.isfinite(points).all():
        raise NoRateError("not finite")
    points = points[np.argsort(points[:, 0], kind="stable")]
    if not (np.diff(points, axis=0) > 0).all():
        raise NoRateError("not monotone")
    return points
