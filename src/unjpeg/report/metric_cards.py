"""The metrics of a study as a table: what each number means, and the files it was computed with."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pandas as pd

from unjpeg.errors import UserError
from unjpeg.metrics.card import Card
from unjpeg.report.origins import read_object, versions_of
from unjpeg.report.plain import UNKNOWN, Plain, of_texts
from unjpeg.report.quantities import metric_rank, quantity

COLUMNS = [
    *("metric", "better", "range", "unit", "needs the original", "gray and colour", "smallest side"),
    *("definition", "computed by", "parameter files and sha256"),
]


def read_files(paths: Iterable[Path]) -> dict[str, str]:
    """sha256 of each parameter file by its path, from what `unjpeg parameters` wrote."""
    found = {}
    for path in paths:
        try:
            found |= {
                PurePosixPath(row["path"]).as_posix(): row["sha256"] for row in read_object(path)["files"]
            }
        except (KeyError, TypeError):
            raise UserError(f"{path}: not a list of parameter files; rule parameters writes it") from None
    return found


def metric_cards(metrics: Iterable[str], files: dict[str, str], records: list[dict]) -> pd.DataFrame:
    """A row per metric that has a card; columns `COLUMNS`, all text.

    files: sha256 by path; records: of the scoring jobs, for the versions that computed.
    """
    cards = [quantity(m).card for m in sorted(set(metrics), key=metric_rank)]
    rows = [_row(card, files, versions_of(records, card.distribution)) for card in cards if card]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def metrics_table(cards: pd.DataFrame) -> Plain:
    """The table of what `metric_cards` gives."""
    caption = "What each number means; versions and files are those of the jobs that computed the scores."
    return of_texts(cards, "metrics", "Metrics", caption)


def _row(card: Card, files: dict[str, str], version: str) -> list[str]:
    files = [f"{PurePosixPath(f).name} {files.get(f, '(sha256 not recorded)')}" for f in card.files]
    return [
        card.title,
        card.better,
        card.bounds,
        card.unit or UNKNOWN,
        "yes" if card.reference else "no",
        card.color,
        f"{card.min_side} pixels",
        card.source,
        f"{card.distribution} {version}".strip(),
        "; ".join(files) or UNKNOWN,
    ]
