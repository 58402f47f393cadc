"""Test images that are training images too, and why that was allowed."""

from pathlib import Path

from unjpeg.leaks.table import COLUMNS
from unjpeg.report.plain import Field, Plain, number
from unjpeg.report.published import read_table

CAPTION = (
    "Test images that are also training images, as the config allows: models trained on them have seen the "
    "answer. exact: all samples equal; copy: resized, compressed, flipped or turned; crop: a part in common. "
    "Similarity: correlation of what both show."
)
HEADS = ["test image", "training image", "kind", "similarity", "reason"]


def leaks_table(path: Path | None) -> Plain:
    """Of the leaks.csv that `unjpeg leaks` wrote; no rows without one."""
    found = read_table(path, COLUMNS).itertuples() if path else ()
    rows = [
        [
            Field(f"{row.test_set}/{row.test_image}"),
            Field(f"{row.training_set}/{row.training_image}"),
            Field(row.kind),
            number(float(row.similarity), 3),
            Field(row.reason),
        ]
        for row in found
    ]
    return Plain("leaks", "Test images seen in training", CAPTION, HEADS, rows)
