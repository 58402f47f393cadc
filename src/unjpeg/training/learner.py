"""A network that is trained: with its optimiser and, where the run wants one, an average of its weights."""

import math
from collections.abc import Iterable

import torch
from lightning_fabric import Fabric
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from unjpeg.training.modes import freeze_norm
from unjpeg.training.optimise import optimiser, set_learning_rate


class NonFiniteError(ArithmeticError):
    """A loss or its gradient is no number; no weight has been touched by it."""


class Learner:
    """`network` is what to call, `model` the plain module, `judged` the one whose weights are kept."""

    def __init__(self, fabric: Fabric, model: torch.nn.Module, settings: dict, methods: Iterable[str] = ()):
        """settings: a run's `train` section; methods: called instead of the network itself."""
        self.fabric, self.clip = fabric, settings["clip"]
        self.model = model.to(fabric.device, memory_format=torch.channels_last)
        average = settings["ema"] and get_ema_multi_avg_fn(settings["ema"])
        self.ema = AveragedModel(self.model, multi_avg_fn=average) if average else None
        self.network, self.optimizer = fabric.setup(self.model, optimiser(self.model, settings))
        for name in methods:
            self.network.mark_forward_method(name)
        self.network.train()
        if settings["freeze_norm"]:
            freeze_norm(self.model)
        self.judged = self.ema.module if self.ema else self.model

    def step(self, loss: torch.Tensor, lr: float) -> None:
        """Down the gradient of `loss`; `NonFiniteError` where that leads nowhere."""
        set_learning_rate(self.optimizer, lr)
        self.optimizer.zero_grad()
        self.fabric.backward(loss)
        norm = self.fabric.clip_gradients(
            self.network, self.optimizer, max_norm=self.clip or math.inf, error_if_nonfinite=False
        )
        scaled = getattr(self.fabric.strategy.precision, "scaler", None)  # it lets such a gradient pass by
        for name, value in (("loss", loss), ("gradient", loss if scaled else norm)):
            if not torch.isfinite(value):
                network = type(self.model).__module__.rpartition(".")[2]
                raise NonFiniteError(f"the {name} of {network} is {value.item()}")
        self.optimizer.step()
        if self.ema:
            self.ema.update_parameters(self.model)

    def parts(self, prefix: str = "") -> dict[str, object]:
        """What a state has to hold of it."""
        own = {"model": self.model, "optimizer": self.optimizer, "ema": self.ema}
        return {prefix + name: part for name, part in own.items() if part}
