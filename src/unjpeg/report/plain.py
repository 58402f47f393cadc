"""A table that is no grid of scores: one head, rows of fields. All but the scores are such tables.

A module that makes one gives a `Plain`; CSV, Markdown, LaTeX and the page print it alike.
"""

import json
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

import pandas as pd

from unjpeg.errors import UserError

UNKNOWN = "–"


@dataclass(frozen=True)
class Field:
    """One cell: its text, and the number to sort by where it is one."""

    text: str
    number: float | None = None


@dataclass(frozen=True)
class Plain:
    """id: of its part of the page. The first field of a row is its name, and what a filter looks for."""

    id: str
    title: str
    caption: str
    heads: list[str]
    rows: list[list[Field]]

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold numbers: set to the right."""
        return [any(r[k].number is not None for r in self.rows) for k in range(len(self.heads))]


def number(value: float, decimals: int, signed: bool = False) -> Field:
    """A number as printed; a dash where it is undefined."""
    if not isfinite(value):
        return Field(UNKNOWN if value != value else str(value), None if value != value else value)
    return Field(f"{round(value, decimals) + 0.0:{'+' if signed else ''}.{decimals}f}", value)


def of_texts(frame: pd.DataFrame, id: str, title: str, caption: str) -> Plain:
    """The table of a frame of texts."""
    rows = [[Field(text) for text in row] for row in frame.to_numpy().tolist()]
    return Plain(id, title, caption, list(frame.columns), rows)


def to_json(tables: list[Plain]) -> str:
    """Of the tables, for `read_plains`."""
    return json.dumps([asdict(table) for table in tables], indent=1) + "\n"


def read_plains(path: Path) -> list[Plain]:
    """The tables in a file of `to_json`; `UserError` for any other file."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return [Plain(**t | {"rows": [[Field(**f) for f in row] for row in t["rows"]]}) for t in found]
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise UserError(f"{path}: not the others.json that `unjpeg tables` writes") from None
