"""A critic's side of adversarial training."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch

from unjpeg.errors import UserError
from unjpeg.losses.adversarial import accuracy, of_critic
from unjpeg.training.batches import Batches
from unjpeg.training.job import Job
from unjpeg.training.learner import Learner
from unjpeg.training.modes import evaluating

GATE_BATCHES = 16


def as_image(restored: torch.Tensor) -> torch.Tensor:
    """Clipped and rounded to 8 bits, like the clean image beside it; the gradient passes as if it were not.

    Else a critic learns to tell rounded samples from unrounded ones, and nothing else.
    """
    rounded = (restored.detach().clamp(0, 1) * 255).round() / 255
    return restored + (rounded - restored.detach())


def judged(critic: torch.nn.Module, degraded: torch.Tensor, clean: torch.Tensor, fake: torch.Tensor) -> tuple:
    """(loss of the critic, its accuracy), scalars. Clean and restored pass in two batches, as in deJPEG."""
    real, made = critic(clean, degraded), critic(fake, degraded)
    return of_critic(real, made), accuracy(real, made)


def train_critic(critic: Learner, pair: tuple, fake: torch.Tensor, lr: float) -> tuple[float, float]:
    """One step of the critic; (loss, accuracy) before it."""
    loss, share = judged(critic.network, *pair, fake)
    critic.step(loss, lr)
    return loss.item(), share.item()


@contextmanager
def frozen(model: torch.nn.Module) -> Iterator[None]:
    """Its parameters get no gradient meanwhile; what passes through them does."""
    wanted = [p for p in model.parameters() if p.requires_grad]
    model.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in wanted:
            parameter.requires_grad_(True)


class Gate:
    """Lets a critic judge only where it can tell restored from clean patches."""

    def __init__(self, wanted: float):
        """wanted: smallest accuracy, 0.5 being chance; 0 lets every critic pass."""
        self.wanted, self.accuracy = wanted, float("nan")

    def check(self, job: Job, batches: Batches, critic: torch.nn.Module, restorer: torch.nn.Module) -> None:
        """Measure on training patches; `UserError` below the gate.

        The critic is in training mode, as it will judge: with the running statistics of batch norm, in
        which clean and restored patches are mixed, a PatchGAN stays at chance.
        """
        copy, device, shares = deepcopy(critic).train(), job.fabric.device, []
        with evaluating(restorer), torch.no_grad(), job.fabric.autocast():
            for step in range(GATE_BATCHES):
                degraded, clean = batches.read(step, device)
                shares.append(judged(copy, degraded, clean, as_image(restorer(degraded).float()))[1])
        self.accuracy = job.fabric.all_reduce(torch.stack(shares).mean()).item()
        if self.accuracy < self.wanted:
            raise UserError(
                f"{job.run['model']}: the critic is right on {100 * self.accuracy:.1f} % of restored and "
                f"clean patches (50 % is chance), adversarial.gate wants {100 * self.wanted:g} %: train the "
                "critic longer, or set gate to 0 for one that cannot tell"
            )

    def state_dict(self) -> dict[str, float]:
        """For the state of a run."""
        return {"accuracy": self.accuracy}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """From the state of a run."""
        self.accuracy = state["accuracy"]
