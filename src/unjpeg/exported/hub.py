"""A restorer as a folder in the form of Hugging Face: weights, card.json, README.md of the card."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from unjpeg import zoo
from unjpeg.atomic import write_bytes, write_text
from unjpeg.card import qualities_of, read_card
from unjpeg.outputs import check_folder

HEAD = """---
license: {licence}
library_name: unjpeg
pipeline_tag: image-to-image
tags: [jpeg, artifact-removal, image-restoration]
---
"""


def check_free(target: Path) -> None:
    """`UserError` unless it is a new folder, or one that `write_folder` wrote."""
    readme = HEAD.partition("\n")[2].partition("\n")[2].encode()  # but for its licence
    check_folder(
        target, {**zoo.OURS, "README.md": lambda path: readme in path.read_bytes()}, "an exported model"
    )


def write_folder(source: Path, target: Path) -> None:
    """Everything that `unjpeg restore --model {target}` needs, and a page for people."""
    card = read_card(source)
    card.setdefault("scores", list(_of_study(source)))
    for name in zoo.FILES:
        write_bytes(target / name, (source / name).read_bytes())
    write_text(target / "README.md", page(card))


def page(card: dict) -> str:
    """Markdown of a model's card."""
    train = card.get("train", {})
    other = f"; gray images by the model `{card['gray']}`" if "gray" in card else ""
    rows = [
        ("network", f"{card['arch']} {json.dumps(card['settings']) if card['settings'] else ''}".strip()),
        ("parameters", f"{card['parameters']:,}" if "parameters" in card else "?"),
        ("colour", {1: "luma", 3: "RGB"}[card["channels"]] + other),
        ("trained on", ", ".join(card.get("trained_on", [])) or "?"),
        ("quality", qualities_of(card) or "?"),
        ("degradations", ", ".join(dict.fromkeys(card.get("degradations", []))) or "?"),
        ("steps", f"{card.get('steps', '?')} of {train.get('batch', '?')} patches"),
        ("loss", ", ".join(f"{name} x {weight:g}" for name, weight in train.get("loss", {}).items()) or "?"),
        (
            "time",
            f"{card['seconds'] / 60:.0f} minutes on {card.get('device', '?')}" if "seconds" in card else "?",
        ),
        ("code", f"{card.get('code', '?')}, commit {card.get('commit') or 'outside git'}"),
    ]
    about = "\n".join(f"| {name} | {value} |" for name, value in rows)
    use = "    unjpeg restore photo.jpg --model FOLDER\n"
    scores = "".join(_scores(card.get("scores", [])))
    head = HEAD.format(licence=card.get("licence", "mit").lower())
    title = f"# {card['model']}: {card.get('title', card['arch'])}"
    return f"{head}\n{title}\n\n{use}\n| | |\n|---|---|\n{about}\n{scores}"


def _of_study(source: Path) -> Iterator[dict]:
    """Scores of a model of results/<study>/models/, from the study's table."""
    table = source.resolve().parents[1] / "tables" / "summary.csv"
    if table.is_file():
        with open(table, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["model"] == source.name and row["mean"]:
                    digits = 4 if float(row["mean"]) < 2 else 2
                    values = {"restored": row["mean"], "jpeg": row["jpeg"]}
                    yield {**row, **{k: f"{float(v):.{digits}f}" if v else "" for k, v in values.items()}}


def _scores(scores: list[dict]) -> list[str]:
    """Means; the JPEG's value stands beside each."""
    if not scores:
        return []
    keys = ("set", "degradation", "protocol", "metric", "jpeg", "restored")
    keys += ("kept to the file",) if "kept to the file" in scores[0] else ()
    head = f"\n| {' | '.join(keys)} |\n|{'---|' * 4}{'---:|' * (len(keys) - 4)}\n"
    return [head, *(f"| {' | '.join(str(row.get(key, '')) for key in keys)} |\n" for row in scores)]
