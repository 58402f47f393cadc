"""Restorer against critic, both trained in turn: the third phase of NoGAN, or a GAN from the start.

The restorer's loss is the run's plus `adversarial.weight` times the critic's verdict. One step makes
`generator_steps` updates of the restorer, then `critic_steps` of the critic, each with batches of its own
count: with one and one both see the same. The critic sees images of 8 bits. What is kept is the restorer.
"""

import numpy as np
import torch

from unjpeg.losses.adversarial import of_generator
from unjpeg.training.adversary import Gate, as_image, frozen, train_critic
from unjpeg.training.job import Job
from unjpeg.training.learner import Learner
from unjpeg.training.loop import loop

TAKES = {"task": "restore", "keys": {"critic": True, "adversarial": True}, "method": None, "loss": True}
CHANCE = 0.6  # a critic below it is said to be at chance


def train(job: Job) -> dict | None:
    """The result of `training.loop.loop`, with the critic's accuracy before the first step on the card."""
    fabric, batches, plan = job.fabric, job.batches(), job.run["adversarial"]
    restorer = Learner(fabric, job.model, job.settings)
    critic = Learner(
        fabric, job.peers["critic"], {**job.settings, "ema": None, "last_lr": 1.0, "freeze_norm": False}
    )
    ours, theirs, gate = plan["generator_steps"], plan["critic_steps"], Gate(plan["gate"])

    def verdict(restored: torch.Tensor, degraded: torch.Tensor) -> torch.Tensor:
        with frozen(critic.model), fabric.autocast():
            return of_generator(critic.model(as_image(restored), degraded).float())

    def improve_restorer(step: int, lr: float) -> list[float]:
        degraded, clean = batches.read(step, fabric.device)
        restored = restorer.network(degraded)
        loss, adversarial = job.loss(restored, clean), verdict(restored, degraded)
        restorer.step(loss + plan["weight"] * adversarial, lr)
        return [loss.item(), adversarial.item()]

    def improve_critic(step: int, lr: float) -> tuple[float, float]:
        pair = batches.read(step, fabric.device)
        with torch.no_grad():
            fake = as_image(restorer.network(pair[0]))
        return train_critic(critic, pair, fake, lr * plan["critic_lr"])

    def update(step: int, lr: float) -> dict[str, float]:
        if step == 0:
            gate.check(job, batches, critic.model, restorer.model)
        of_restorer = [improve_restorer(step * ours + k, lr) for k in range(ours)]
        of_critic = [improve_critic(step * theirs + k, lr) for k in range(theirs)]
        names = ("loss", "adversarial", "critic_loss", "critic_accuracy")
        return dict(zip(names, map(float, (*np.mean(of_restorer, 0), *np.mean(of_critic, 0)))))

    def judge() -> dict[str, float]:
        return job.validation(restorer.judged, fabric.device)

    def places(step: int) -> np.ndarray:
        seen = [*range(step * ours, (step + 1) * ours), *range(step * theirs, (step + 1) * theirs)]
        return np.concatenate([batches.indices(k) for k in sorted(set(seen))])

    parts = {**restorer.parts(), **critic.parts("critic_"), "gate": gate}
    result = loop(job, update, parts, restorer.judged, judge, places)
    return result and {**result, "card": _card(gate.accuracy)}


def _card(accuracy: float) -> dict[str, object]:
    note = {"note": "the critic was at chance: the adversarial loss says little"} if accuracy < CHANCE else {}
    return {"critic_accuracy": round(accuracy, 4), **note}
