"""What a study is tested on, and by which numbers."""

from pydantic import Field, model_validator

from unjpeg.config.data import Degraded, MetricName, PeerName
from unjpeg.config.load import Section
from unjpeg.errors import UserError


class Test(Section):
    """What is benchmarked: every model on the test part of every set under every degradation."""

    sets: list[str] = Field(description="Data sets whose test part is restored and scored.", min_length=1)
    degradations: list[Degraded] = Field(
        description="Sets that are gray themselves are tested with the gray ones only.", min_length=1
    )
    metrics: list[MetricName] = Field(
        ["psnr", "ssim", "psnr_b"], description="File names under `metrics/`.", min_length=1
    )
    protocols: list[str] = Field(
        [],
        description="Protocols (docs/protocol.md) to score under beside the default of each degradation, "
        "such as `y-of-color-420`.",
    )
    peers: list[PeerName] = Field(
        [],
        description="File names under `peers/`: restored without training, tested where a model restores.",
    )

    @model_validator(mode="after")
    def _once(self) -> "Test":
        if "psnr" not in self.metrics:
            raise UserError("metrics: psnr is wanted, the gain in every table is its gain")
        for key in type(self).model_fields:
            names = getattr(self, key)
            if twice := [n for n in names if names.count(n) > 1]:
                raise UserError(f"{key}: {twice[0]} stands there twice")
        return self
