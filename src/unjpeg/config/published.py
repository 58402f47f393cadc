"""The types of `published.yaml`: numbers that others published, each with its source."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from unjpeg.config.data import Degraded, MetricName
from unjpeg.config.load import Section, check, read_yaml
from unjpeg.errors import UserError, unknown

NOTHING = "-"


def _cell(cell: object) -> object:
    if isinstance(cell, (int, float)):
        raise UserError(f"the value {cell} stands without quotes, so YAML may have lost a digit of it")
    for part in str(cell).split("/"):
        if part != NOTHING and not re.fullmatch(r"\d*\.?\d+", part):
            raise UserError(f"{cell!r} is no cell; want values as printed, such as 29.40/.8026/29.13, or -")
    return cell


Cell = Annotated[str, BeforeValidator(_cell)]


class Row(Section):
    """One system."""

    sources: tuple[str, ...] = Field(description="Keys of `sources`: where it was read.", min_length=1)
    values: tuple[Cell, ...] = Field(
        description="A cell for each degradation: a value for each metric, joined by `/`, with the digits "
        "that the source prints; `-` is no value, and values may be missing at the end."
    )
    note: str = Field("", description="What differs from the other rows.")


class Table(Section):
    """Rows that compare with ours: the same images, degradations, protocol and metrics."""

    set: str = Field(description="Data set, by its name in `config/datasets.yaml`.")
    images: int = Field(description="Images of the mean; shown only where ours is over as many.", ge=1)
    protocol: str = Field(description="Name of the protocol.")
    degradations: tuple[Degraded, ...] = Field(description="One for each cell of a row.", min_length=1)
    metrics: tuple[MetricName, ...] = Field(description="One for each value of a cell.", min_length=1)
    note: str = Field("", description="What is not stated, or differs: luma, codec, training data.")
    rows: dict[str, Row] = Field(description="By the system's name as printed.", min_length=1)

    @model_validator(mode="after")
    def _shape(self) -> Self:
        for system, row in self.rows.items():
            if len(row.values) != len(self.degradations):
                raise UserError(
                    f"rows.{system}: {len(row.values)} cells for {len(self.degradations)} degradations"
                )
            for cell in row.values:
                if len(cell.split("/")) > len(self.metrics):
                    raise UserError(f"rows.{system}: {cell} has more values than metrics")
        return self


class Reported(Section):
    """A published number that does not compare with ours, and why."""

    arch: str | None = Field(None, description="Shown where the study has a model of this network,")
    set: str | None = Field(None, description="or tests this data set.")
    system: str = Field(description="Name of the system.")
    data: str = Field(description="What was measured on.")
    value: str = Field(description="As published.")
    source: str = Field(description="Where it was read.")
    reason: str = Field(description="Why it does not compare.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.arch is None) == (self.set is None):
            raise UserError(f"{self.system}: give one of arch and set")
        return self


class Value(NamedTuple):
    """One published number of a table; `text` has the digits of the source."""

    system: str
    degradation: str
    metric: str
    text: str


class Published(Section):
    """The whole file."""

    sources: dict[str, str] = Field(description="Publications and the figures read in them, by key.")
    tables: dict[str, Table] = Field({}, description="Rows that compare with ours, by any name.")
    reported: tuple[Reported, ...] = Field((), description="Numbers that do not compare.")

    @model_validator(mode="after")
    def _known_sources(self) -> Self:
        for name, table in self.tables.items():
            for system, row in table.rows.items():
                for source in row.sources:
                    if source not in self.sources:
                        raise unknown("source", source, self.sources, f"tables.{name}.rows.{system}")
        return self


def values(table: Table) -> Iterator[Value]:
    """Every number of a table."""
    for system, row in table.rows.items():
        for degradation, cell in zip(table.degradations, row.values, strict=True):
            for metric, text in zip(table.metrics, cell.split("/"), strict=False):
                if text != NOTHING:
                    yield Value(system, degradation, metric, f"0{text}" if text[0] == "." else text)


def read_published(path: Path | str) -> Published:
    """The file's content; `UserError` in one line where it is wrong."""
    return check(Published, read_yaml(path), str(path))
