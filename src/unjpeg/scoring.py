"""From images to rows of the score table: one row per image and metric, shared by rules and `evaluate`."""

import csv
import io
import math
from collections.abc import Iterable

import numpy as np

from unjpeg import metrics as known
from unjpeg.degradation import Degradation
from unjpeg.errors import UserError
from unjpeg.jpeg import reference
from unjpeg.metrics.protocol import Protocol
from unjpeg.metrics.score import score_all
from unjpeg.parameters import check_files, folder
from unjpeg.provenance import sha256_of

# Whose versions a score depends on.
PACKAGES = ("unjpeg", "Pillow", "numpy", "scipy", "torch", "pyiqa")
COLUMNS = ("study", "model", "set", "image", "degradation", "protocol", "metric", "value")


def rows(
    labels: dict[str, str],
    image: str,
    restored: np.ndarray,
    clean: np.ndarray,
    degradation: Degradation,
    protocol: Protocol,
    metrics: list[str],
) -> Iterable[dict]:
    """Rows of one image. labels: study, model, set. restored, clean: uint8 (H, W, C), clean uncut.

    The un-restored input (model `none`) comes with rows of the clean image itself (model `clean`) for
    metrics without a reference: their values mean nothing without it.
    """
    wanted = reference(clean, degradation)
    try:
        scored = {labels["model"]: score_all(restored, wanted, protocol, metrics)}
        if labels["model"] == "none":
            blind = [m for m in metrics if not known.load(m).CARD.reference]
            scored["clean"] = score_all(wanted, None, protocol, blind)
    except UserError as error:
        raise UserError(f"{labels['set']}/{image} under {degradation}: {error}") from None
    for model, values in scored.items():
        for metric, value in values.items():
            yield {
                **labels,
                "model": model,
                "image": image,
                "degradation": str(degradation),
                "protocol": protocol.name,
                "metric": metric,
                "value": value,
            }


def check_metrics(metrics: Iterable[str]) -> dict[str, str]:
    """sha256 of the metrics' parameter files by path.

    `UserError` for an unknown metric or a missing file, before any image is read.
    """
    cards = [known.load(metric).CARD for metric in metrics]
    for card in cards:
        check_files(card.name, card.files, folder())
    return {file: sha256_of(folder() / file) for card in cards for file in card.files}


def to_csv(table: Iterable[dict]) -> str:
    """The text of a score file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "value": _shown(row["value"])} for row in table)
    return out.getvalue()


def _shown(value: float) -> str:
    return f"{value:.6f}" if math.isfinite(value) else str(value)
