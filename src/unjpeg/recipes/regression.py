"""Supervised restoration: patches in, the run's losses, one optimiser, validation on whole images."""

from unjpeg.training.job import Job
from unjpeg.training.supervised import supervised

TAKES = {"task": "restore", "keys": {}, "method": None, "loss": True}


def train(job: Job) -> dict | None:
    """The result of `training.loop.loop`."""

    def loss_of(model, degraded, clean, _step, _batches):
        return job.loss(model(degraded), clean)

    return supervised(job, loss_of)
