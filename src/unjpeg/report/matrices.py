"""The summary seen as matrices: gain in PSNR of each model over a row of kindred test degradations.

quality   single compressions of one chroma sampling; columns their qualities
double    one last quality; columns single, double on the same grid, double off it
shift     one pair of qualities; columns the shift between the two grids
sampling  one quality; columns the chroma samplings
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from unjpeg.degradation import Compress, Degradation, parse
from unjpeg.report.order import INPUT, TRUTH
from unjpeg.report.origins import read_object
from unjpeg.report.plain import UNKNOWN, Field, Plain, number
from unjpeg.report.trained import Trained, trained

COLUMNS = [
    *("matrix", "set", "row", "model", "arch", "trained", "column", "degradation"),
    *("gain", "harm", "images"),
]
NUMBERS = COLUMNS[-3:]
SINGLE, ALIGNED, SHIFTED = KINDS = ["single", "double aligned", "double shifted"]
USUAL = 4  # rows and columns: the shift of the literature's double compression
TITLES = {
    "quality": ("Trained and tested quality", "columns are the qualities of single compressions."),
    "double": (
        "Single and double compression",
        "columns have the same last quality; shifted is by 4x4, or the tested shift nearest to it.",
    ),
    "shift": ("Shifted grids", "columns are rows x columns between the grids of the two compressions."),
    "sampling": (
        "Chroma sampling",
        "columns have the same quality; their protocols differ, so compare gains.",
    ),
}
PLACE = ["matrix", "set", "row"]


def matrices(summary: pd.DataFrame, cards: Iterable[Path]) -> pd.DataFrame:
    """All four in long form; columns `COLUMNS`.

    gain: mean gain in PSNR over the JPEG in dB; harm: share of images left worse, 0..1. arch and trained:
    of the model's card, empty without one. A row of a model with fewer than two columns is left out.
    """
    known = {
        card.get("model", path.parent.name): trained(card) for path in cards for card in [read_object(path)]
    }
    rows = summary[(summary["metric"] == "psnr") & ~summary["model"].isin([INPUT, TRUTH])]
    found = []
    for name, of_set in rows.groupby("set"):
        cells = {(r.model, r.degradation): r for r in of_set.itertuples()}
        for matrix, row, column, degradation in _places(of_set["degradation"].unique()):
            for model in of_set["model"].unique():
                if cell := cells.get((model, degradation)):
                    of_card = known.get(model, Trained())
                    place = [matrix, name, row, model, of_card.arch, of_card.text, column, degradation]
                    found.append([*place, cell.gain, cell.harm, cell.images])
    frame = pd.DataFrame(found, columns=COLUMNS).astype({"images": np.int64})
    several = frame.groupby([*PLACE, "model"])["column"].transform("size") > 1
    return frame[several].sort_values(
        by=[*PLACE, "arch", "trained", "model"], kind="stable", ignore_index=True
    )


def tables(frame: pd.DataFrame) -> list[Plain]:
    """One table for each matrix; a row per model, set and kind of degradation."""
    of = dict(list(frame.groupby("matrix")))
    return [_table(matrix, of[matrix]) for matrix in TITLES if matrix in of]


def _places(names: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """(matrix, row, column, degradation) of every cell that these degradations fill."""
    parsed = [(name, parse(name)) for name in names]
    single = [(name, d, d.last) for name, d in parsed if len(d.steps) == 1]
    double = [(name, d, *_coded(d)) for name, d in parsed if len(_coded(d)) == 2]
    for name, d, last in single:
        yield "quality", _kind(d, last), str(last.quality), name
        if not d.gray:
            yield "sampling", str(last.quality), ":".join(last.sampling), name
    nearest: dict[tuple, tuple] = {}
    for name, d, first, last in double:
        pair = (d.gray, str(first), str(last))
        yield "shift", _row(*pair), "x".join(map(str, d.shift)), name
        if d.shift == (0, 0):
            yield "double", _row(*pair), ALIGNED, name
        else:
            far = sum(abs(cut - USUAL) for cut in d.shift)
            nearest[pair] = min(nearest.get(pair, (far, name)), (far, name))
    for pair, (_, name) in nearest.items():
        yield "double", _row(*pair), SHIFTED, name
    for pair in {(d.gray, str(first), str(last)) for _, d, first, last in double}:
        for name, d, last in single:
            if (d.gray, str(last)) == (pair[0], pair[2]):
                yield "double", _row(*pair), SINGLE, name


def _coded(degradation: Degradation) -> list[Compress]:
    return [step for step in degradation.steps if isinstance(step, Compress)]


def _kind(degradation: Degradation, last: Compress) -> str:
    return "gray" if degradation.gray else ":".join(last.sampling)


def _row(gray: bool, first: str, last: str) -> str:
    return f"{'gray ' if gray else ''}{first} then {last}"


def _table(matrix: str, cells: pd.DataFrame) -> Plain:
    title, columns = TITLES[matrix]
    heads = sorted(set(cells["column"]), key=_column_rank)
    rows = []
    for (name, row, model), own in cells.groupby(["set", "row", "model"], sort=False):
        by_column = own.set_index("column")["gain"]
        about = [Field(text or UNKNOWN) for text in (model, *own.iloc[0][["arch", "trained"]], name, row)]
        rows.append(about + [number(by_column.get(head, np.nan), 2, signed=True) for head in heads])
    caption = f"Mean gain in PSNR over the JPEG in dB; {columns} Harm and images: matrices.csv."
    return Plain(
        f"matrix-{matrix}",
        title,
        caption,
        ["model", "architecture", "trained on", "set", "test", *heads],
        rows,
    )


def _column_rank(column: str) -> tuple:
    return (KINDS.index(column) if column in KINDS else 0, *map(int, re.findall(r"\d+", column)))
