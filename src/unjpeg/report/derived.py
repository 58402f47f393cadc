"""Tables that are computed from the scores and summary: each a CSV, printed as one `Plain` or several."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from unjpeg.errors import UserError
from unjpeg.report import matrices, rate_distortion, seeds
from unjpeg.report.plain import Plain
from unjpeg.report.scores import read_csv


@dataclass(frozen=True)
class Derived:
    """Columns of the CSV, which of them are numbers, and what is printed of its rows."""

    columns: list[str]
    numbers: list[str]
    tables: Callable[[pd.DataFrame], list[Plain]]


DERIVED = {
    "rate_distortion": Derived(
        rate_distortion.COLUMNS, rate_distortion.NUMBERS, lambda frame: [rate_distortion.table(frame)]
    ),
    "matrices": Derived(matrices.COLUMNS, matrices.NUMBERS, matrices.tables),
    "seeds": Derived(seeds.COLUMNS, seeds.NUMBERS, lambda frame: [seeds.table(frame)]),
}


def printed(frames: dict[str, pd.DataFrame]) -> list[Plain]:
    """The printed tables of these frames, in the order of `DERIVED`; a table without rows is left out."""
    tables = [table for name in DERIVED if name in frames for table in DERIVED[name].tables(frames[name])]
    return [table for table in tables if table.rows]


def read_derived(paths: Iterable[Path]) -> dict[str, pd.DataFrame]:
    """Frames by name, of CSV files of these names; `UserError` for any other file."""
    frames = {}
    for path in paths:
        if path.stem not in DERIVED:
            raise UserError(f"{path}: no derived table; allowed: {', '.join(DERIVED)}")
        kind = DERIVED[path.stem]
        frame = read_csv(path, kind.numbers)
        if list(frame.columns) != kind.columns:
            raise UserError(f"{path}: columns {','.join(frame.columns)}; want {','.join(kind.columns)}")
        frames[path.stem] = frame
    return frames
