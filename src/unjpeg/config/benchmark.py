"""What a study is tested on, and by which numbers."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from unjpeg.config.data import Degraded, MetricName, PeerName
from unjpeg.config.imported import check_importable
from unjpeg.config.load import Section
from unjpeg.config.shipped import check_shipped, shipped
from unjpeg.errors import UserError, unknown


def _mapping(listed: object) -> object:
    if isinstance(listed, (list, tuple)):
        if twice := [name for name in listed if listed.count(name) > 1]:
            raise UserError(f"{twice[0]} stands there twice")
        return dict.fromkeys(listed)
    return listed


# Names, each with the degradations that it is tested under, or None for all. A file may give a list of names.
_Listed = BeforeValidator(_mapping, json_schema_input_type=dict[str, list[str] | None] | list[str])


class Test(Section):
    """What is benchmarked: every model on the test part of every set under every degradation."""

    sets: Annotated[dict[str, list[Degraded] | None], _Listed] = Field(
        description="Data sets whose test part is restored and scored: a list, or a mapping to "
        "the degradations that each is tested under (default: all).",
        min_length=1,
    )
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
    peers: Annotated[dict[PeerName, list[Degraded] | None], _Listed] = Field(
        {},
        description="File names under `peers/`, restorations without training: a list, or a mapping to "
        "the degradations that each is tested under (default: all).",
    )
    imported: Annotated[
        dict[Annotated[str, AfterValidator(check_importable)], list[Degraded] | None], _Listed
    ] = Field(
        {},
        description="Networks with their authors' weights, such as `dncnn3@authors`: a list, or a mapping to "
        "the degradations that each is tested under (default: all).",
    )
    shipped: Annotated[
        dict[Annotated[str, AfterValidator(check_shipped)], list[Degraded] | None], _Listed
    ] = Field(
        {},
        description="Models that come with unjpeg, such as `photo` (`unjpeg models`) or the detector "
        "`photo-detector`, or `photo+file`, kept to the JPEG file as `unjpeg restore` does: a list, or a "
        "mapping to the degradations that each is tested under (default: all).",
    )

    @model_validator(mode="after")
    def _once(self) -> "Test":
        if "psnr" not in self.metrics:
            raise UserError("metrics: psnr is wanted, the gain in every table is its gain")
        for key in ("degradations", "metrics", "protocols"):
            names = getattr(self, key)
            if twice := [n for n in names if names.count(n) > 1]:
                raise UserError(f"{key}: {twice[0]} stands there twice")
        return self

    @model_validator(mode="after")
    def _known(self) -> "Test":
        for key in ("sets", "peers", "imported", "shipped"):
            for name, degradations in getattr(self, key).items():
                if degradations == []:
                    raise UserError(f"{key}.{name}: no degradation; leave the list out for all")
                for degradation in degradations or ():
                    if degradation not in self.degradations:
                        raise unknown("test degradation", degradation, self.degradations, f"{key}.{name}")
        return self

    def untrained_under(self, degradation: str, task: str) -> list[str]:
        """Models of a task that no study trains and that are tested under a degradation.

        Imported ones and peers restore.
        """
        untrained = {name: listed for name, listed in self.shipped.items() if name in shipped(task)}
        untrained |= {**self.imported, **self.peers} if task == "restore" else {}
        return [name for name, listed in untrained.items() if degradation in (listed or [degradation])]
