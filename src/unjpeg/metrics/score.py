"""Several metrics of one image, and their mean over a set."""

from collections.abc import Sequence

import numpy as np

from unjpeg.errors import UserError
from unjpeg.images import luma_uint8
from unjpeg.metrics import load
from unjpeg.metrics.protocol import Protocol


def score_all(
    image: np.ndarray, reference: np.ndarray | None, protocol: Protocol, metrics: Sequence[str]
) -> dict[str, float]:
    """Value of each metric, in the order asked for.

    image, reference: uint8 (H, W, 1 or 3) of one shape; the reference may be None where no metric
    needs it. Every metric is asked whether it accepts the pair before the first is computed, so an
    image that is too small costs no time. Errors: `UserError` (unknown metric, pair, size, file).
    A protocol of colour JPEGs that compares luma gets the luma here.
    """
    if protocol.luma and not protocol.gray:
        image = luma_uint8(image)
        reference = None if reference is None else luma_uint8(reference)
    modules = [load(name) for name in metrics]
    for module in modules:
        module.CARD.check(image, reference, protocol)
    return {
        name: module.score(image, reference, protocol) for name, module in zip(metrics, modules, strict=True)
    }


def mean(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    """Mean over images of per-image values; inf and nan are kept, never skipped."""
    if not scores:
        raise UserError("no image to take the mean of")
    if len({tuple(row) for row in scores}) > 1:
        raise ValueError("images with different metrics have no common mean")
    return {name: float(np.mean([row[name] for row in scores])) for name in scores[0]}
