"""How one network is trained."""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from unjpeg.config.data import Degraded
from unjpeg.config.load import Section
from unjpeg.config.recipes import check_recipe
from unjpeg.config.resources import Resources
from unjpeg.config.settings import check_settings
from unjpeg.errors import UserError
from unjpeg.provenance import check_name, constant_of, modules_in, parameter_entry


def _weights(losses: object) -> object:
    return {losses: 1.0} if isinstance(losses, str) else losses


def _losses(losses: dict[str, float]) -> dict[str, float]:
    for name in losses:
        check_name("losses", name, "")
    if not losses:
        raise UserError("want at least one loss")
    return losses


_NameOrWeights = BeforeValidator(_weights, json_schema_input_type=dict[str, PositiveFloat] | str)


class Train(Section):
    """Loss, optimiser, schedule and watching of one training run."""

    loss: Annotated[dict[str, PositiveFloat], AfterValidator(_losses), _NameOrWeights] = Field(
        {"l2": 1.0},
        description="File name under `losses/`, or several with their weights. A critic has its own.",
    )
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
    freeze_norm: bool = Field(
        False,
        description="Batch norm uses the statistics that it starts with and leaves them as they are: for a "
        "network that stands on trained weights.",
    )
    val_every: PositiveInt = Field(500, description="Steps between validations on whole images.")
    select: Literal["last", "best"] = Field(
        "last", description="Weights kept: the last, or the best in PSNR."
    )
    patience: PositiveInt | None = Field(
        None,
        description="Stop after so many validations without a better one; the best is then to be selected.",
    )
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = Field(
        "32-true",
        description="Of Lightning Fabric. On a CPU without instructions for bfloat16, `bf16-mixed` trains as "
        "`32-true`, ten times as fast as what such a CPU could imitate; the card says which it was.",
    )
    deterministic: bool = Field(
        False,
        description="Equal weights when repeated on the same GPU, slower; an operation that cannot stops the "
        "run. On a CPU they are equal in any case, for one number of threads.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Train":
        if (self.schedule == "halve") != (self.halve_every is not None):
            raise UserError("schedule: halve and halve_every go together")
        if self.patience and self.select != "best":
            raise UserError("patience: stopping early wants select: best")
        return self


class Adversarial(Section):
    """How a restorer and its critic are trained in turn (recipe `gan`)."""

    weight: NonNegativeFloat = Field(1.0, description="Of the critic's verdict beside `train.loss`.")
    gate: float = Field(
        0.8,
        ge=0,
        le=1,
        description="Accuracy on training patches without which a critic may not judge; 0.5 is chance, 0 "
        "lets every critic pass.",
    )
    generator_steps: PositiveInt = Field(1, description="Updates of the restorer in a step.")
    critic_steps: PositiveInt = Field(1, description="Updates of the critic in a step.")
    critic_lr: PositiveFloat = Field(1.0, description="Factor on the learning rate for the critic.")


class ModelRun(Section):
    """One network, what it is trained on, and how: a row of the tables if it restores."""

    arch: str = Field(description="File name under `models/`.")
    settings: dict[str, bool | int | float | str | list] = Field(
        {}, description="Constructor arguments of the network that differ from the file's defaults."
    )
    recipe: str = Field("regression", description="File name under `recipes/`.")
    data: str = Field(description="Entry of `data`.")
    train: Train = Field(description="See below.")
    seed: int | None = Field(None, description="Instead of the study's seed.")
    degradations: list[Degraded] | None = Field(
        None,
        description="Test degradations that it is tested under, where not all of the study's.",
        min_length=1,
    )
    start_from: str | None = Field(
        None,
        description="Another entry of `models` with the same `arch` and `settings`, whose weights are the "
        "start. `unshuffle_net` and `unshuffle_unet` also start from a narrower one, and gray from colour.",
    )
    pretrained: bool = Field(
        False, description="Start from the weights that the network's file names (its `ENTRY`): `arnet`."
    )
    restorer: str | None = Field(
        None,
        description="Recipe `critic`: the entry of `models` whose output it learns to tell from clean "
        "patches; without one, the degraded patches themselves.",
    )
    critic: str | None = Field(
        None, description="Recipe `gan`: the entry of `models` that judges; its training goes on."
    )
    adversarial: Adversarial | None = Field(None, description="Recipe `gan`: see below.")
    resources: Resources = Field(Resources(), description="See below; a profile can say otherwise.")

    @model_validator(mode="after")
    def _names(self) -> "ModelRun":
        check_name("models", self.arch, "arch")
        check_name("recipes", self.recipe, "recipe")
        check_recipe(self)
        check_settings(self.arch, self.settings, "settings")
        if self.pretrained:
            self._check_pretrained()
        if self.resources.gpu and self.train.batch % self.resources.gpu:
            raise UserError(
                f"resources.gpu: {self.resources.gpu} cannot share train.batch {self.train.batch} evenly"
            )
        return self

    def _check_pretrained(self) -> None:
        if self.start_from:
            raise UserError("pretrained: start_from already says where it starts; give one of the two")
        if parameter_entry("models", self.arch) is None:
            having = ", ".join(name for name in modules_in("models") if parameter_entry("models", name))
            raise UserError(f"pretrained: no weights are known for {self.arch}; allowed for: {having}")

    @property
    def parents(self) -> dict[str, str]:
        """Entries of `models` that have to be trained before, by the key that names them."""
        keys = ("start_from", "restorer", "critic")
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not None}

    @property
    def task(self) -> str:
        """`restore`, `critic` or `detect`."""
        return constant_of(f"unjpeg.models.{self.arch}", "CARD")["task"]
