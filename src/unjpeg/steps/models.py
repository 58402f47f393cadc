"""Which trained models are there, and what each was trained on.

unjpeg models            a line for each: shipped, in UNJPEG_MODELS, in results/
unjpeg models photo      all that its card says
"""

import argparse
import json
import sys
from pathlib import Path

from unjpeg.errors import UserError

HEADS = ("name", "does", "network", "parameters", "trained on", "quality", "steps", "where")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", nargs="?", help="name or folder of one model")
    parser.add_argument("--json", action="store_true", help="print the cards as JSON")


def run(args: argparse.Namespace) -> None:
    from unjpeg import zoo
    from unjpeg.card import read_card

    if args.model:
        folders = [zoo.find(args.model)]
        cards = {folders[0]: read_card(folders[0])}
    else:
        cards = {}
        for folder in (folder for homes in zoo.available().values() for folder in homes):
            try:
                cards[folder] = read_card(folder)
            except UserError as error:
                print(error, file=sys.stderr)
    if args.json:
        print(json.dumps([{**card, "folder": str(folder)} for folder, card in cards.items()], indent=1))
    elif args.model:
        print(_card(folders[0], cards[folders[0]]))
    else:
        print(_table([_row(folder, card) for folder, card in cards.items()]))


def _row(folder: Path, card: dict) -> tuple[str, ...]:
    from unjpeg import zoo
    from unjpeg.card import qualities_of, task_of

    steps = (
        f"{card.get('steps', '?')}{' of ' + str(card['train']['steps']) if card.get('unfinished') else ''}"
    )
    where = "comes with unjpeg" if folder.parent == zoo.FOLDER else str(folder)
    sets = " ".join(card.get("trained_on", [])) or "?"
    return (
        folder.name,
        task_of(card),
        card["arch"],
        f"{card.get('parameters', 0):,}",
        sets,
        qualities_of(card) or "?",
        steps,
        where,
    )


def _card(folder: Path, card: dict) -> str:
    """What a reader asks first, then the rest."""
    lines = [f"{folder.name}: {card.get('title', card['arch'])}", f"folder: {folder}"]
    for key in (
        "licence",
        "arch",
        "parameters",
        "channels",
        "trained_on",
        "degradations",
        "steps",
        "seconds",
    ):
        if key in card:
            value = card[key]
            lines.append(f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    rest = {k: v for k, v in card.items() if f"{k}: " not in "\n".join(lines) and v not in (None, {}, [])}
    return "\n".join([*lines, *(f"{key}: {json.dumps(rest[key])}" for key in sorted(rest))])


def _table(rows: list[tuple[str, ...]]) -> str:
    rows = [HEADS, *rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(f"{c:{w}}" for c, w in zip(row, widths)).rstrip() for row in rows)
