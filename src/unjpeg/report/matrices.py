"""The summary seen as matrices: gain in PSNR of each model over a row of kindred test degradations.

quality   single compressions of one chroma sampling; columns their qualities
double    one last quality; columns single, double on the same grid, double off it
shift     one pair of qualities; columns the shift between the two grids
sampling  one quality; columns the chroma samplings
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from unjpeg.degradation import Compress, Degradation, parse
from unjpeg.metrics.protocol import PROTOCOLS
from unjpeg.report.order import INPUT, TRUTH
from unjpeg.report.plain import UNKNOWN, Field, Plain, number
from unjpeg.report.trained import Trained, trained

COLUMNS = [
    *("matrix", "set", "samples", "row", "model", "arch", "trained", "column", "degradation", "protocol"),
    *("gain", "harm", "images"),
]
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
PLACE = ["matrix", "set", "samples", "row"]


def matrices(summary: pd.DataFrame, cards: Iterable[dict]) -> pd.DataFrame:
    """All four in long form; columns `COLUMNS`.

    samples: the protocol without its chroma sampling. gain: mean gain in PSNR over the JPEG in dB; harm:
    share of images left worse, 0..1. arch and trained: of the model's card, empty without one. A row of a
    model with fewer than two columns is left out.
    """
    known = {card.get("model"): trained(card) for card in cards}
    rows = summary[(summary["metric"] == "psnr") & ~summary["model"].isin([INPUT, TRUTH])]
    found = []
    for (name, samples), kindred in rows.groupby(["set", rows["protocol"].map(_samples)]):
        cells = {(r.model, r.degradation): r for r in kindred.itertuples()}
        for matrix, row, column, degradation in _places(kindred["degradation"].unique()):
            for model in kindred["model"].unique():
                if cell := cells.get((model, degradation)):
                    card = known.get(model, Trained())
                    place = [matrix, name, samples, row, model, card.arch, card.text, column]
                    found.append([*place, degradation, cell.protocol, cell.gain, cell.harm, cell.images])
    frame = pd.DataFrame(found, columns=COLUMNS).astype({"images": np.int64})
    several = frame.groupby([*PLACE, "model"])["column"].transform("size") > 1
    return frame[several].sort_values(
        by=[*PLACE, "arch", "trained", "model"], kind="stable", ignore_index=True
    )


def tables(frame: pd.DataFrame) -> list[Plain]:
    """One table for each matrix; a row per model, set and kind of degradation."""
    of = dict(list(frame.groupby("matrix")))
    return [_table(matrix, of[matrix]) for matrix in TITLES if matrix in of]


def _samples(protocol: str) -> str:
    """`color` of `color-420`: what is compared, whatever the JPEG."""
    known = PROTOCOLS.get(protocol)
    return protocol.removesuffix(f"-{known.sampling}") if known else protocol


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
    for (name, samples, row, model), own in cells.groupby([*PLACE[1:], "model"], sort=False):
        by_column = own.set_index("column")["gain"]
        about = (model, *own.iloc[0][["arch", "trained"]], name, samples, row)
        rows.append(
            [Field(text or UNKNOWN) for text in about]
            + [number(by_column.get(head, np.nan), 2, signed=True) for head in heads]
        )
    caption = f"Mean gain in PSNR over the JPEG in dB; {columns} Harm and images: matrices.csv."
    return Plain(
        f"matrix-{matrix}",
        title,
        caption,
        ["model", "architecture", "trained on", "set", "samples", "test", *heads],
        rows,
    )


def _column_rank(column: str) -> tuple:
    return (KINDS.index(column) if column in KINDS else 0, *map(int, re.findall(r"\d+", column)))
