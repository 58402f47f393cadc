"""One order of models and degradations for every table and figure."""

from unjpeg.degradation import Compress, parse

INPUT = "none"  # the rows of what the models are given: the degraded image
TRUTH = "clean"  # the ground truth's own score under a metric that needs no reference


def model_rank(model: str) -> tuple[int, str]:
    """Sort key: the input, the ground truth, then the models by name."""
    return ({INPUT: 0, TRUTH: 1}.get(model, 2), model)


def model_label(model: str) -> str:
    """What a table prints for a model's name."""
    return {INPUT: "JPEG (input)", TRUTH: "clean (ground truth)"}.get(model, model)


def degradation_rank(text: str) -> tuple:
    """Sort key: single before double compression, then sampling, quality rising, shift; `none` last."""
    degradation = parse(text)
    coded = [s for s in degradation.steps if isinstance(s, Compress)]
    samplings, qualities = [s.sampling for s in coded], [s.quality for s in coded]
    return (not coded, len(coded), not degradation.gray, samplings, qualities, degradation.shift, text)
