"""Restoration by a network that also predicts the JPEG quality: FBCNN's training.

Jiang, Zhang, Timofte, ICCV 2021, arxiv.org/abs/2109.14573: the loss of the image, and 0.001 times the
mean absolute error of the predicted quality on a scale of 0..1. The quality wanted is that of the last
compression; an image that was never compressed counts as 100.
"""

from torch.nn.functional import l1_loss

from unjpeg.training.job import Job
from unjpeg.training.supervised import supervised

TAKES = {"task": "restore", "keys": {}, "method": "both", "loss": True}
WEIGHT = 0.001


def train(job: Job) -> dict | None:
    """The result of `training.loop.loop`."""

    def loss_of(model, degraded, clean, step, batches):
        restored, quality = model.both(degraded)
        wanted = batches.qualities(step, degraded.device)
        return job.loss(restored, clean) + WEIGHT * l1_loss(quality / 100, wanted / 100)

    return supervised(job, loss_of, ("both",))
