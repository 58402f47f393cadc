"""Bits per pixel of the JPEG files that the models were given."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from unjpeg.errors import UserError
from unjpeg.report.scores import ordered, read_csv

COLUMNS = ["image", "degradation", "bytes", "width", "height"]
MEANS = ["set", "degradation", "images", "bytes", "bpp"]


def read_rates(paths: Iterable[Path]) -> pd.DataFrame:
    """Columns set (the file's name), image, degradation, bytes, and bpp: bits of the file per pixel.

    paths: files `{set}.csv` of `unjpeg rates`. Errors: `UserError` for any other file.
    """
    frames = [_read(path).assign(set=path.stem) for path in paths]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*COLUMNS, "set"])
    rows["bpp"] = 8 * rows["bytes"] / (rows["width"] * rows["height"])
    return rows[["set", "image", "degradation", "bytes", "bpp"]]


def mean_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """Means over the images of each set and degradation, of bytes and of bits per pixel; columns `MEANS`."""
    groups = rates.groupby(["set", "degradation"])
    means = groups.agg(images=("image", "size"), bytes=("bytes", "mean"), bpp=("bpp", "mean"))
    return ordered(means.reset_index()[MEANS])


def read_means(path: Path) -> pd.DataFrame:
    """The CSV of `mean_rates`; `UserError` for any other file."""
    return _checked(read_csv(path, MEANS[2:]), MEANS, path)


def _read(path: Path) -> pd.DataFrame:
    return _checked(read_csv(path, COLUMNS[2:]), COLUMNS, path)


def _checked(frame: pd.DataFrame, columns: list[str], path: Path) -> pd.DataFrame:
    if list(frame.columns) != columns:
        raise UserError(f"{path}: columns {','.join(frame.columns)}; want {','.join(columns)}")
    return frame
