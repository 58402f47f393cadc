"""Training one network on pairs: the step between a loss and the shared loop."""

from collections.abc import Callable

import torch

from unjpeg.training.batches import Batches
from unjpeg.training.job import Job
from unjpeg.training.learner import Learner
from unjpeg.training.loop import loop

LossOf = Callable[[torch.nn.Module, torch.Tensor, torch.Tensor, int, Batches], torch.Tensor]


def supervised(job: Job, loss_of: LossOf, methods: tuple[str, ...] = ()) -> dict | None:
    """What `loop` gives. loss_of(network, degraded, clean, step, batches) -> a scalar.

    methods: of the network, which `loss_of` calls instead of the network itself.
    """
    fabric, batches = job.fabric, job.batches()
    learner = Learner(fabric, job.model, job.settings, methods)

    def update(step: int, lr: float) -> dict[str, float]:
        degraded, clean = batches.read(step, fabric.device)
        loss = loss_of(learner.network, degraded, clean, step, batches)
        learner.step(loss, lr)
        return {"loss": loss.item()}

    def judge() -> dict[str, float]:
        return job.validation(learner.judged, fabric.device)

    return loop(job, update, learner.parts(), learner.judged, judge, batches.indices)
