"""Models that are not trained by a study: those that come with the package.

`photo+file` is what `photo` gives, kept to what the JPEG file says, as `unjpeg restore` does.
"""

from functools import cache

from unjpeg.card import read_card, task_of
from unjpeg.errors import unknown
from unjpeg.provenance import ROOT, digest_of, sha256_of

KEPT = "+file"


@cache
def shipped(task: str = "") -> dict[str, str]:
    """Architecture of each model in zoo/ (of a task) by its name, and of restorers kept to the file."""
    cards = {path.parent.name: read_card(path.parent) for path in sorted(ROOT.glob("zoo/*/card.json"))}
    found = {name: card for name, card in cards.items() if task in ("", task_of(card))}
    found |= {name + KEPT: card for name, card in found.items() if task_of(card) == "restore"}
    return {name: card["arch"] for name, card in found.items()}


def network_of(name: str) -> str:
    """Name in zoo/ of the network behind a shipped model."""
    return name.removesuffix(KEPT)


def digest_of_shipped(name: str) -> str:
    """12 hex digits of its weights and its card, without the scores there, which a study finds out; and of
    those of the other model that it has for gray images."""
    folder = ROOT / "zoo" / network_of(name)
    card = {key: value for key, value in read_card(folder).items() if key != "scores"}
    other = [digest_of_shipped(card["gray"])] if "gray" in card else []
    return digest_of(sha256_of(folder / "model.safetensors"), card, *other)


def check_shipped(name: str) -> str:
    """The name; `UserError` where no such model comes with the package."""
    if name not in shipped():
        raise unknown("shipped model", name, shipped())
    return name
