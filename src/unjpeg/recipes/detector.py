"""Training a detector: cross-entropy of the class, each as often as the others, and of the last quality.

What follows the three classes in a network's output is a distribution over the qualities 1..100, judged
on compressed tiles only. At the end one temperature for the classes' logits is fitted on the validation
tiles (Guo et al., ICML 2017, arxiv.org/abs/1706.04599); it stands on the card.
"""

import torch
from torch.nn.functional import cross_entropy

from unjpeg.training.job import Job
from unjpeg.training.learner import Learner
from unjpeg.training.loop import loop
from unjpeg.training.tiles import Balanced, temperature

TAKES = {"task": "detect", "keys": {}, "method": None, "loss": False}


WIDTH = 2.0  # standard deviation of the distribution that stands for a quality


def near(qualities: torch.Tensor) -> torch.Tensor:
    """Qualities (B,) -> distributions (B, 100) over 1..100 around them: neighbours leave like traces."""
    steps = torch.arange(1, 101, device=qualities.device) - qualities[:, None]
    return torch.softmax(-(steps**2) / (2 * WIDTH**2), 1)


def train(job: Job) -> dict | None:
    """The result of `training.loop.loop`, best by balanced accuracy on validation tiles."""
    fabric, batches = job.fabric, job.batches(Balanced)
    learner = Learner(fabric, job.model, job.settings)

    def update(step: int, lr: float) -> dict[str, float]:
        features, classes, qualities = batches.read(step, fabric.device)
        logits = learner.network(features)
        loss = cross_entropy(logits[:, :3], classes)
        known = qualities > 0
        if logits.shape[1] > 3 and known.any():
            loss = loss + cross_entropy(logits[known, 3:], near(qualities[known]))
        learner.step(loss, lr)
        return {"loss": loss.item()}

    def judge() -> dict[str, float]:
        return job.validation(learner.judged, fabric.device)

    result = loop(
        job, update, learner.parts(), learner.judged, judge, batches.indices, best_by="val_accuracy"
    )
    if result is None:
        return None
    learner.judged.load_state_dict(result["weights"])
    fitted = temperature(*job.validation.logits(learner.judged, fabric.device))
    return {**result, "card": {"temperature": round(fitted, 4)}}
