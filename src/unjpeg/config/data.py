"""How images are divided, and how training pairs are made of them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from unjpeg.config.load import Section
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.provenance import check_name


def _metric(name: str) -> str:
    check_name("metrics", name, "")
    return name


def _peer(name: str) -> str:
    check_name("peers", name, "")
    return name


MetricName = Annotated[str, AfterValidator(_metric)]
PeerName = Annotated[str, AfterValidator(_peer)]
Degraded = Annotated[str, AfterValidator(lambda text: str(parse(text)))]
PARTS = ("train", "val", "test")


class Fractions(Section):
    """Shares of a data set; they sum to 1."""

    train: float = Field(0.7, ge=0, le=1, description="Share of the images that networks are trained on.")
    val: float = Field(0.2, ge=0, le=1, description="Share that training is watched with.")
    test: float = Field(0.1, ge=0, le=1, description="Share that only the benchmark sees.")

    @model_validator(mode="after")
    def _sum(self) -> "Fractions":
        if abs(self.train + self.val + self.test - 1) > 1e-6:
            raise UserError(f"train + val + test is {self.train + self.val + self.test:g}, want 1")
        return self


class Split(Section):
    """Division of one data set by source image."""

    fractions: Fractions = Field(
        Fractions(),
        description="Shares of the images that have no official part; which image goes where depends on the "
        "study's seed and the image's name alone.",
    )
    official: bool = Field(
        True, description="Keep the parts that the data set's authors gave (registry key `split`)."
    )
    lists: dict[Literal["train", "val", "test"], list[str] | str] | None = Field(
        None,
        description="Image names per part, or a text file with one name a line, instead of fractions and "
        "official parts; images on no list are unused.",
    )


class Data(Section):
    """Aligned clean and degraded patches, for training and validation."""

    train: list[str] = Field(description="Data sets whose train part is cut into patches.", min_length=1)
    val: list[str] = Field(description="Data sets whose val part is used whole for validation.", min_length=1)
    degradations: list[Degraded] = Field(
        description="One is drawn for every copy of an image; all gray or none gray.", min_length=1
    )
    patch: int = Field(64, ge=8, description="Side of a patch in pixels.")
    stride: PositiveInt | None = Field(None, description="Cut a full grid with this stride in pixels.")
    per_image: PositiveInt | None = Field(None, description="Or cut so many patches at drawn places.")
    phase: Literal["aligned", "random"] = Field(
        "aligned",
        description="`aligned`: patches start on the 8x8 grid of the last compression (drawn places only; a "
        "stride that is a multiple of 8 keeps it); `random`: anywhere.",
    )
    copies: PositiveInt = Field(1, description="How often an image is drawn, each time with new draws.")
    turns: bool = Field(
        False, description="Flip and turn the clean image by multiples of 90 degrees before compression."
    )
    scales: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        [1.0],
        description="One factor is drawn per copy; the clean image is reduced by it first (bicubic).",
        min_length=1,
    )
    grays: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the copies made gray (JPEG's luma, three equal channels) before a colour "
        "degradation, for a colour network that shall serve gray images too.",
    )
    val_images: PositiveInt | None = Field(None, description="Use only so many validation images.")

    @model_validator(mode="after")
    def _consistent(self) -> "Data":
        if (self.stride is None) == (self.per_image is None):
            raise UserError("give one of stride and per_image")
        if len({parse(d).gray for d in self.degradations}) > 1:
            raise UserError(f"degradations mix gray and colour: {', '.join(self.degradations)}")
        if self.grays and self.channels == 1:
            raise UserError(f"grays {self.grays:g} with gray degradations, which make every copy gray")
        return self

    @property
    def channels(self) -> int:
        """1 for luma, 3 for RGB."""
        return 1 if parse(self.degradations[0]).gray else 3
