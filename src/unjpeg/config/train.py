"""How one network is trained."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from unjpeg.config.data import Degraded
from unjpeg.config.load import Section
from unjpeg.config.settings import check_settings
from unjpeg.errors import UserError
from unjpeg.provenance import check_name, constant_of


def _loss(name: str) -> str:
    check_name("losses", name, "")
    return name


class Train(Section):
    """Loss, optimiser, schedule and watching of one training run."""

    loss: Annotated[str, AfterValidator(_loss)] = Field("l2", description="File name under `losses/`.")
    steps: PositiveInt = Field(description="Optimiser steps of the whole run.")
    batch: PositiveInt = Field(32, description="Patches per step, over all devices.")
    optimiser: Literal["adam", "adamw", "sgd"] = Field("adam", description="Of torch.optim.")
    lr: PositiveFloat = Field(1e-3, description="Highest learning rate.")
    betas: tuple[float, float] = Field((0.9, 0.999), description="Of Adam; SGD's momentum is the first.")
    weight_decay: float = Field(0.0, ge=0, description="Of the optimiser.")
    last_lr: PositiveFloat = Field(1.0, description="Factor on the learning rate of the last layer.")
    schedule: Literal["constant", "cosine", "halve"] = Field(
        "constant", description="`cosine`: to 1 % of lr at the end; `halve`: by 2 every `halve_every` steps."
    )
    halve_every: PositiveInt | None = Field(None, description="Steps between two halvings.")
    warmup: NonNegativeInt = Field(0, description="Steps over which the learning rate rises from 0.")
    clip: PositiveFloat | None = Field(None, description="Largest norm of the gradient.")
    ema: float | None = Field(None, gt=0, lt=1, description="Decay of an average of the weights, used then.")
    val_every: PositiveInt = Field(500, description="Steps between validations on whole images.")
    select: Literal["last", "best"] = Field(
        "last", description="Weights kept: the last, or the best in PSNR."
    )
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = Field(
        "32-true", description="Of Lightning Fabric; bf16 pays on a GPU and on CPUs that have it."
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Train":
        if (self.schedule == "halve") != (self.halve_every is not None):
            raise UserError("schedule: halve and halve_every go together")
        return self


class ModelRun(Section):
    """One row of the tables: a network, what it is trained on, and how."""

    arch: str = Field(description="File name under `models/`.")
    settings: dict[str, bool | int | float | str | list] = Field(
        {}, description="Constructor arguments of the network that differ from the file's defaults."
    )
    recipe: str = Field("regression", description="File name under `recipes/`.")
    data: str = Field(description="Entry of `data`.")
    train: Train = Field(description="See below.")
    seed: int | None = Field(None, description="Instead of the study's seed.")
    degradations: list[Degraded] | None = Field(
        None, description="Test degradations that it is tested under, where not all of the study's."
    )
    start_from: str | None = Field(
        None, description="Another entry of `models`, whose weights are the start."
    )

    @model_validator(mode="after")
    def _names(self) -> "ModelRun":
        check_name("models", self.arch, "arch")
        check_name("recipes", self.recipe, "recipe")
        if (task := constant_of(f"unjpeg.models.{self.arch}", "CARD")["task"]) != "restore":
            raise UserError(
                f"arch: {self.arch} is a {task}; recipe {self.recipe} trains networks that restore"
            )
        check_settings(self.arch, self.settings, "settings")
        return self
