"""The models of a study as a table: what each is and how it was trained."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unjpeg.report.origins import read_object
from unjpeg.report.plain import UNKNOWN, Field, Plain

COLUMNS = {
    "arch": "architecture",
    "settings": "settings",
    "parameters": "parameters",
    "recipe": "recipe",
    "loss": "losses",
    "parents": "stands on",
    "critic_accuracy": "critic's accuracy",
    "trained_on": "trained on",
    "degradations": "degradations",
    "steps": "steps",
    "seconds": "training time",
    "device": "device",
    "precision": "precision",
    "seed": "seed",
    "code": "code digest",
    "note": "note",
}


@dataclass(frozen=True)
class CardRow:
    """A model's fields in the order of `COLUMNS`."""

    model: str
    fields: list[Field]


def read_cards(paths: Iterable[Path]) -> list[CardRow]:
    """Rows by name of model. A key that a card lacks is a dash; `UserError` for a file that is no card."""
    rows = []
    for path in paths:
        card = read_object(path)
        flat = {**card, "loss": card.get("train", {}).get("loss"), "parents": _parents(card)}
        fields = [_field(key, flat.get(key)) for key in COLUMNS]
        rows.append(CardRow(str(card.get("model", path.parent.name)), fields))
    return sorted(rows, key=lambda row: row.model)


def cards_table(cards: list[CardRow]) -> Plain:
    """What each model is and how it was trained."""
    caption = "What each model is and how it was trained; a dash where its card does not say."
    rows = [[Field(card.model), *card.fields] for card in cards]
    return Plain("models", "Models", caption, ["model", *COLUMNS.values()], rows)


def _parents(card: dict) -> dict[str, str] | None:
    return {key: parent["model"] for key, parent in card.get("parents", {}).items()} or None


def _field(key: str, value: Any) -> Field:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return Field(_text(value))
    if key == "seconds":
        return Field(_duration(value), value)
    return Field(f"{value:,}" if key in ("parameters", "steps") else str(value), value)


def _text(value: Any) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, dict):
        return ", ".join(f"{k} {_text(v)}" for k, v in sorted(value.items())) or UNKNOWN
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or UNKNOWN
    return str(value)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole % 60:02} s" if minutes else f"{seconds:.1f} s"
