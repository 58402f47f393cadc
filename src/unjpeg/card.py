"""The card.json beside a trained network's weights."""

import json
from pathlib import Path

from unjpeg.degradation import parse
from unjpeg.errors import UserError

KEYS = ("model", "arch", "channels", "settings")


def read_card(folder: Path) -> dict:
    """The card of a trained model. Errors: `UserError` where there is none, or none of a model."""
    path = folder / "card.json"
    try:
        card = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UserError(f"{folder}: no card.json: not the folder of a trained model") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not JSON ({error})") from None
    lacking = [key for key in KEYS if key not in card] if isinstance(card, dict) else KEYS
    if lacking:
        raise UserError(f"{path}: not a model's card: {lacking[0]} is missing")
    return card


def qualities_of(card: dict) -> str:
    """Of the last compressions that it was trained on, the lowest and the highest: `5 to 98`; "" for none."""
    try:
        found = [quality for text in card.get("degradations", []) if (quality := parse(text).quality)]
    except UserError:
        return ""
    ends = sorted({min(found), max(found)}) if found else []
    return " to ".join(map(str, ends))


def task_of(card: dict) -> str:
    """`detect`, `judge` (a critic) or `restore`: by the recipe that trained it."""
    return {"detector": "detect", "critic": "judge"}.get(card.get("recipe"), "restore")
