"""What a recipe is given."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from lightning_fabric import Fabric

from unjpeg.store.features import Features
from unjpeg.store.patches import Patches
from unjpeg.training.batches import Batches
from unjpeg.training.clock import Clock
from unjpeg.training.state import State

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass
class Job:
    """One run. `model` is trained; `peers` are other runs' networks by the key that names them."""

    run: dict
    model: torch.nn.Module
    patches: Patches | Features
    validation: Callable[[torch.nn.Module, torch.device], dict[str, float]]
    state: State
    clock: Clock
    fabric: Fabric
    say: Callable[[str], None]
    save_every: float = 60.0  # seconds
    losses: dict[str, tuple[float, Loss]] = field(default_factory=dict)  # name -> (weight, loss)
    peers: dict[str, torch.nn.Module] = field(default_factory=dict)

    @property
    def settings(self) -> dict:
        """The run's `train` section."""
        return self.run["train"]

    def batches(self, kind: type = Batches) -> Batches:
        """This process's share of the patches, or of what else the run is trained on."""
        fabric = self.fabric
        return kind(
            self.patches, self.settings["batch"], self.run["seed"], fabric.global_rank, fabric.world_size
        )

    def loss(self, restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
        """Weighted sum of the run's losses, a scalar."""
        return sum(weight * loss(restored, clean) for weight, loss in self.losses.values())
