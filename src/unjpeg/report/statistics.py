"""How sure a mean over few images is: bootstrap intervals, and paired tests of two models.

Both rest on per-image differences and assume only that images are drawn alike and one by one. Draws
are a function of the number of images alone, so a model more or less changes no other's numbers.
"""

from functools import lru_cache

import numpy as np

LEVEL = 0.95
DRAWS = 10_000
SEED = 20_260_101
EXACT = 13  # up to so many images all 2**n changes of sign are tried


def interval(differences: np.ndarray) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean at `LEVEL`, over images.

    differences: (n,), in the unit of the metric. nan for fewer than two, and where one is not finite.
    """
    if len(differences) < 2 or not np.isfinite(differences).all():
        return np.nan, np.nan
    centre = differences.mean()
    means = _shares(len(differences)) @ (differences - centre)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(centre + low), float(centre + high)


def sign_flip(differences: np.ndarray) -> float:
    """p of the two-sided paired permutation test of a mean difference of 0: 0 < p <= 1.

    differences: (n,), one model's values minus the other's. Exact for up to `EXACT` images, else over
    `DRAWS` random signs and the ones observed. Equal values give 1; nan where one is not finite.
    """
    if not len(differences) or not np.isfinite(differences).all():
        return np.nan
    sums = np.abs(_signs(len(differences)) @ differences)
    seen = abs(differences.sum()) - 1e-12 * np.abs(differences).sum()  # sums differ in their last bits
    beyond = int((sums >= seen).sum())
    if len(differences) <= EXACT:
        return beyond / len(sums)
    return (beyond + 1) / (len(sums) + 1)


def smallest_p(images: int) -> float:
    """The smallest value that `sign_flip` can have for so many images."""
    return 2 / 2**images if images <= EXACT else 1 / (DRAWS + 1)


@lru_cache(maxsize=2)
def _shares(n: int) -> np.ndarray:
    """(DRAWS, n): the share of each image in a sample of n with replacement."""
    return np.random.default_rng([SEED, n]).multinomial(n, np.full(n, 1 / n), DRAWS) / n


@lru_cache(maxsize=2)
def _signs(n: int) -> np.ndarray:
    """(2**n or DRAWS, n) of +1 and -1."""
    if n <= EXACT:
        bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    else:
        bits = np.random.default_rng([SEED, n]).integers(0, 2, (DRAWS, n))
    return 1.0 - 2.0 * bits
