"""Which published numbers stand beside ours, and which are only told, with the reason."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from unjpeg.config.published import Published, Table, values
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.metrics import protocol as protocols
from unjpeg.report.plain import Plain, of_texts
from unjpeg.report.scores import read_csv

KEYS = ["set", "protocol", "degradation", "metric", "system"]
COLUMNS = [*KEYS, "published", "source", "note", "table_note"]
REPORTED = ["system", "data", "published", "source", "reason"]


def beside(published: Iterable[Published], summary: pd.DataFrame) -> pd.DataFrame:
    """Published values of places that the summary has; columns `COLUMNS`, all text, in the files' order.

    A place is a set, protocol, degradation and metric; there the summary's mean must be over as many
    images as the published one. Errors: `UserError` for two values of one system in one place.
    """
    counts = (summary["images"] + summary["undefined"]).rename("count")
    ours = summary.assign(count=counts).groupby(["set", "protocol", "degradation", "metric"])["count"].max()
    rows = [
        dict(zip(COLUMNS, (*place, value.system, value.text, *_origin(file, table, value.system))))
        for file in published
        for name, table in file.tables.items()
        for value in _checked(table, name)
        if ours.get(place := (table.set, table.protocol, value.degradation, value.metric)) == table.images
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype=str)
    if len(twice := frame[frame.duplicated(KEYS)]):
        raise UserError(f"published: two values for {' '.join(twice.iloc[0][KEYS])}")
    return frame


def not_comparable(published: Iterable[Published], sets: set[str], archs: set[str]) -> pd.DataFrame:
    """Numbers reported for these data sets and networks that do not compare; columns `REPORTED`."""
    found = [r for file in published for r in file.reported if r.set in sets or r.arch in archs]
    rows = [[r.system, r.data, r.value, r.source, r.reason] for r in found]
    return pd.DataFrame(rows, columns=REPORTED, dtype=str)


def reported_table(reported: pd.DataFrame) -> Plain:
    """The table of what `not_comparable` gives."""
    caption = "Published numbers of these networks or sets that cannot stand beside ours, and why."
    return of_texts(reported, "reported", "Reported elsewhere, not comparable", caption)


def read_table(path: Path | str, columns: list[str]) -> pd.DataFrame:
    """A CSV of text with these columns, which may have no row; `UserError` for any other file."""
    frame = read_csv(path, [])
    if list(frame.columns) != columns:
        raise UserError(f"{path}: columns {','.join(frame.columns)}; want {','.join(columns)}")
    return frame


def _checked(table: Table, name: str):
    protocol = protocols.named(table.protocol)
    for degradation in table.degradations:
        try:
            protocols.check(protocol, parse(degradation))
        except UserError as error:
            raise UserError(f"published tables.{name}: {error}") from None
    return values(table)


def _origin(file: Published, table: Table, system: str) -> tuple[str, str, str]:
    row = table.rows[system]
    return "; ".join(file.sources[key] for key in row.sources), row.note, table.note
