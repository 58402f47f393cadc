"""Pairs of sets whose common images a study puts up with, each with its reason."""

from collections.abc import Collection, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from unjpeg.config.load import Section
from unjpeg.errors import UserError, unknown


class Allowed(Section):
    """Test images that stand in the training as well, and may."""

    train: str = Field(description="Data set that a model is trained or validated on.")
    test: str = Field(description="Set of `test.sets`; the same one where its own parts share images.")
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = Field(
        description="Why the scores may be shown all the same; stands in the tables."
    )


def check_allowed(allowed: Sequence[Allowed], trained: Collection[str], tested: Collection[str]) -> None:
    """`UserError` for a pair that stands there twice, or of sets that the study does not use so."""
    for k, entry in enumerate(allowed):
        where = f"leaks_allowed.{k}"
        if entry.train not in trained:
            raise unknown("training set", entry.train, trained, f"{where}.train")
        if entry.test not in tested:
            raise unknown("test set", entry.test, tested, f"{where}.test")
        if (entry.train, entry.test) in [(e.train, e.test) for e in allowed[:k]]:
            raise UserError(f"{where}: {entry.train} and {entry.test} stand there twice")
