"""Parameters of the dead-leaves generator."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from unjpeg.config.load import Section
from unjpeg.errors import UserError

Share = Annotated[float, Field(ge=0, le=1)]


class DeadLeaves(Section):
    """Images of overlapping textured shapes. Lengths are pixels of the finished image."""

    images: int = Field(description="How many images.", ge=1)
    size: int = Field(256, description="Side of an image in pixels.", ge=32, le=4096)
    seed: int = Field(0, description="An image depends on the seed, its number and this section only.", ge=0)
    val: int = Field(0, description="How many images, from the end, are for validation.", ge=0)
    oversample: int = Field(2, description="Drawn so many times larger, then averaged down.", ge=1, le=4)
    exponent: float = Field(
        3.0, description="Of the density of radii, r ** -exponent; 3 is scale-free.", gt=1
    )
    radius_min: float = Field(1.5, description="Smallest radius; 1 to 16 times it, by image.", ge=0.5)
    radius_max: float = Field(160.0, description="Largest radius.", gt=0)
    polygons: Share = Field(0.5, description="Share of leaves with corners; the others are ellipses.")
    textured: Share = Field(0.75, description="Share of leaves with a texture.")
    texture_contrast: float = Field(
        0.1, description="Typical standard deviation of a texture, for samples in 0..1.", ge=0
    )
    shading: float = Field(0.15, description="Standard deviation of the brightness slope of a leaf.", ge=0)
    blurred: Share = Field(0.3, description="Share of images with a blurred background.")

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.radius_min >= self.radius_max:
            raise UserError(f"radius_min {self.radius_min} must be below radius_max {self.radius_max}")
        if self.val >= self.images:
            raise UserError(f"val {self.val} must be below images {self.images}")
        return self
