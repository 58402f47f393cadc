"""How often detectors are right: per degradation, per tile and per image, and how far they know it."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.report.order import degradation_rank
from unjpeg.report.plain import UNKNOWN, Field, Plain, number
from unjpeg.report.scores import read_csv
from unjpeg.store.features import CLASSES, class_of

COLUMNS = ["model", "set", "degradation", "image", "tile", "label", *CLASSES, "quality"]
OUTPUT = ["model", "set", "level", "degradation", "count", *CLASSES, "accuracy", "gate", "quality_error"]
COMMON = "published"  # the same over the degradations with a published accuracy, where all were tested
ALL = "all"  # of a level's degradations: means over classes, or sides of the gate, of means over degradations


def read_detections(paths: Iterable[Path]) -> pd.DataFrame:
    """Rows of `unjpeg detect --output`; a row whose tile is `all` is of the whole image."""
    frames = []
    for path in paths:
        frame = read_csv(path, [*CLASSES, "quality"])
        if list(frame.columns) != COLUMNS or frame.empty:
            raise UserError(f"{path}: want rows of {','.join(COLUMNS)}")
        frames.append(frame)
    whole = pd.concat(frames, ignore_index=True)
    return whole.assign(level=np.where(whole["tile"] == ALL, "image", "tile"))


def read_accuracies(path: Path) -> pd.DataFrame:
    """The CSV of what `accuracies` gives."""
    frame = read_csv(path, OUTPUT[4:])
    if list(frame.columns) != OUTPUT:
        raise UserError(f"{path}: columns {','.join(frame.columns)}; want {','.join(OUTPUT)}")
    return frame


def accuracies(found: pd.DataFrame) -> pd.DataFrame:
    """Columns `OUTPUT`: shares of the answers, of right ones, and of right answers to compressed or not.

    quality_error: mean absolute error of the last quality, of images; nan where none is said or known.
    """
    rows = []
    for (model, name, level), part in found.groupby(["model", "set", "level"]):
        own = [
            {"model": model, "set": name, "level": level, "degradation": text, **_row(text, answers)}
            for text, answers in part.groupby("degradation")
        ]
        own.sort(key=lambda row: degradation_rank(row["degradation"]))
        rows += [*own, {"model": model, "set": name, "level": level, "degradation": ALL, **_overall(own)}]
    return pd.DataFrame(rows)[OUTPUT]


def _row(text: str, answers: pd.DataFrame) -> dict:
    truth, quality = class_of(text), parse(text).quality
    shares = {label: float((answers["label"] == label).mean()) for label in CLASSES}
    never = shares[CLASSES[0]]
    errors = (answers["quality"] - quality).abs() if quality else pd.Series([np.nan])
    return {
        "count": len(answers),
        **shares,
        "accuracy": shares[CLASSES[truth]],
        "gate": never if truth == 0 else 1 - never,
        "quality_error": errors.mean(),
    }


def _overall(rows: list[dict]) -> dict:
    """Balanced: classes, and the two sides of the gate, count alike."""

    errors = [row["quality_error"] for row in rows if not np.isnan(row["quality_error"])]
    return {
        "count": sum(row["count"] for row in rows),
        **dict.fromkeys(CLASSES, np.nan),
        "accuracy": _balanced([(row["degradation"], row["accuracy"]) for row in rows], class_of),
        "gate": _balanced(
            [(row["degradation"], row["gate"]) for row in rows], lambda text: class_of(text) > 0
        ),
        "quality_error": float(np.mean(errors)) if errors else np.nan,
    }


def _balanced(values: list[tuple[str, float]], side: Callable[[str], object]) -> float:
    """Mean over the sides of the mean over a side's degradations."""
    groups: dict[object, list[float]] = {}
    for text, value in values:
        groups.setdefault(side(text), []).append(value)
    return float(np.mean([np.mean(group) for group in groups.values()]))


def _with_published(rows: pd.DataFrame, published: dict[str, dict[str, float]]) -> pd.DataFrame:
    """With a row `COMMON` after each level's `ALL`."""
    parts = []
    for (model, name, level), part in rows.groupby(["model", "set", "level"], sort=False):
        parts.append(part)
        common = part[part["degradation"].isin(published.get(model, {}))]
        if len(common) and len(common) == len(published[model]):
            own = {"model": model, "set": name, "level": level, "degradation": COMMON}
            parts.append(pd.DataFrame([{**own, **_overall(common.to_dict("records"))}]))
    return pd.concat(parts)


def detection_table(rows: pd.DataFrame, published: dict[str, dict[str, float]]) -> Plain:
    """published: accuracies of tiles by model and degradation, where its architecture's card has some."""
    heads = ["model", "set", "of", "degradation", "number", "said never", "once", "twice", "right"]
    heads += ["published", "compressed or not", "error of quality"]
    table = []
    for row in _with_published(rows, published).itertuples():
        theirs = published.get(row.model, {}).get(row.degradation) if row.level == "tile" else None
        if row.degradation == COMMON and row.level == "tile":
            theirs = _balanced(list(published[row.model].items()), class_of)
        table.append(
            [
                *(Field(text) for text in (row.model, row.set, f"{row.level}s", row.degradation)),
                number(row.count, 0),
                *(number(share, 3) for share in (row.none, row.single, row.double, row.accuracy)),
                Field(UNKNOWN) if theirs is None else number(theirs, 3),
                number(row.gate, 3),
                number(row.quality_error, 1),
            ]
        )
    caption = (
        "Shares of the answers to tiles of 256 pixels and to whole images. In rows of `all` the classes "
        "never, once, twice count alike, and so do both answers of `compressed or not`; rows of `published` "
        "are that over the degradations with a published value, on other photographs (RAISE). Error of "
        "quality: mean absolute, of the last compression, from pixels alone."
    )
    return Plain("detection", "Compressed never, once or twice?", caption, heads, table)
