"""The list of leaks as a file: one row for each pair of images."""

import csv
import io
from collections.abc import Iterable

COLUMNS = ["test_set", "test_image", "training_set", "training_image", "kind", "similarity", "reason"]


def to_csv(rows: Iterable[dict[str, str]]) -> str:
    """Text with the columns `COLUMNS`, which may have no row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
