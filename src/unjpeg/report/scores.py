"""The rows of score files: read, checked against each other, put in one order."""

import io
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from unjpeg.atomic import write_text
from unjpeg.errors import UserError
from unjpeg.report.order import TRUTH, degradation_rank, model_rank
from unjpeg.report.quantities import metric_rank

COLUMNS = ["study", "model", "set", "image", "degradation", "protocol", "metric", "value"]
KEYS = COLUMNS[:-1]
RANKS = {"model": model_rank, "degradation": degradation_rank, "metric": metric_rank}


def read_scores(paths: Iterable[Path | str], study: str) -> pd.DataFrame:
    """All rows of the files, sorted; columns `COLUMNS`, value float64 (may be inf or nan).

    Errors: `UserError` for an empty or foreign file, a double row, or images that are missing.
    """
    paths = list(paths)
    if not paths:
        raise UserError("no score files were given; want at least one")
    frame = pd.concat([_read(path, study) for path in paths], ignore_index=True)
    twice = frame[frame.duplicated(KEYS)]
    if len(twice):
        raise UserError(f"scores: two rows for {' '.join(twice.iloc[0][KEYS])}")
    _check_complete(frame)
    return ordered(frame)


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows: by model, set, degradation, protocol, metric, image, as far as these are columns."""
    by = [c for c in ("model", "set", "degradation", "protocol", "metric", "image") if c in frame]
    return frame.sort_values(by, key=_ranks, kind="stable", ignore_index=True)


def write_csv(frame: pd.DataFrame, path: Path | str) -> None:
    """CSV with full float precision, `inf` and `nan` spelled out, one `\\n` per row."""
    write_text(path, frame.to_csv(index=False, na_rep="nan", lineterminator="\n"))


def read_csv(path: Path | str, numbers: Iterable[str]) -> pd.DataFrame:
    """A CSV whose columns are text but for `numbers` (float64). A name such as `NA` stays a name.

    Errors: `UserError` with the file, and the value that is no number, or where the last line has no end:
    half a number is a number too.
    """
    try:
        data = Path(path).read_bytes()
        if data and not data.endswith(b"\n"):
            raise UserError(f"{path}: cut off: no end of line at its end; make it again")
        frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except pd.errors.EmptyDataError:
        raise UserError(f"{path}: an empty file; want a header and rows") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a CSV file: {' '.join(str(error).split())}") from None
    for name in set(numbers) & set(frame.columns):
        frame[name] = [_number(text, name, path) for text in frame[name]]
    return frame


def _number(text: str, name: str, path: Path | str) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        raise UserError(f"{path}: {name} {text!r} is not a number; allowed: a number, inf, nan") from None


def _read(path: Path | str, study: str) -> pd.DataFrame:
    frame = read_csv(path, ["value"])
    if list(frame.columns) != COLUMNS:
        raise UserError(f"{path}: columns {','.join(frame.columns)}; want {','.join(COLUMNS)}")
    if frame.empty:
        raise UserError(f"{path}: a header and no rows; want at least one score")
    _check_whole(frame, Path(path))
    for other in sorted(set(frame["study"]) - {study}):
        raise UserError(f"{path}: rows of study {other!r}; want {study!r}")
    return frame


def _check_whole(frame: pd.DataFrame, path: Path) -> None:
    """A file that was cut at the end of a line lacks metrics of its last image, or images of its record."""
    scored = frame.groupby(["model", "image"], sort=False).size()
    for model, counts in scored.groupby("model"):
        if len(set(counts)) > 1:
            image, have = counts.idxmin()[1], counts.min()
            raise UserError(f"{path}: {have} scores of image {image!r} by {model}, {counts.max()} of another")
    images = scored.groupby("model").size()
    try:
        wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))["images"]["count"]
    except (OSError, ValueError, KeyError, TypeError):
        wanted = images.max()
    for model, count in images.items():
        if count != wanted:
            raise UserError(f"{path}: {count} images by {model}; want {wanted}")


def _check_complete(frame: pd.DataFrame) -> None:
    """Means over different images cannot be compared, so they are never printed side by side."""
    for (name, degradation), group in frame[frame["model"] != TRUTH].groupby(["set", "degradation"]):
        have = {
            model: set(rows[["protocol", "metric", "image"]].itertuples(index=False, name=None))
            for model, rows in group.groupby("model")
        }
        for model in sorted(have):
            for other in sorted(have, key=model_rank):
                if missing := sorted(have[other] - have[model]):
                    protocol, metric, image = missing[0]
                    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
                    raise UserError(
                        f"scores of model {model!r} on {name} {degradation}: no {metric} ({protocol}) "
                        f"of image {image!r}{more}, which model {other!r} has"
                    )


def _ranks(column: pd.Series) -> pd.Series:
    if column.name not in RANKS:
        return column
    place = {v: i for i, v in enumerate(sorted(set(column), key=RANKS[column.name]))}
    return column.map(place).astype(np.int64)
