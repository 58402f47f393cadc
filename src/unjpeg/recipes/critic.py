"""Training a critic alone: to tell clean patches from what a fixed restorer makes of degraded ones.

The second phase of NoGAN (jantic/DeOldify). Without a `restorer` the degraded patches themselves are the
ones to be told. Only training patches are seen.
"""

import torch

from unjpeg.training.adversary import as_image, train_critic
from unjpeg.training.job import Job
from unjpeg.training.learner import Learner
from unjpeg.training.loop import loop

TAKES = {"task": "critic", "keys": {"restorer": False}, "method": None, "loss": False}


def train(job: Job) -> dict | None:
    """The result of `training.loop.loop`; the history has the critic's accuracy in training mode."""
    fabric, batches = job.fabric, job.batches()
    critic = Learner(fabric, job.model, job.settings)
    restorer = job.peers.get("restorer", torch.nn.Identity()).to(fabric.device).eval()

    def update(step: int, lr: float) -> dict[str, float]:
        degraded, clean = batches.read(step, fabric.device)
        with torch.no_grad(), fabric.autocast():
            fake = as_image(restorer(degraded).float())
        loss, accuracy = train_critic(critic, (degraded, clean), fake, lr)
        return {"loss": loss, "accuracy": accuracy}

    return loop(job, update, critic.parts(), critic.judged, dict, batches.indices, best_by="accuracy")
