"""Models that are not trained by a study: those that come with the package."""

from unjpeg.card import read_card, task_of
from unjpeg.errors import unknown
from unjpeg.provenance import ROOT, digest_of, sha256_of


def shipped() -> dict[str, str]:
    """Architecture of each restorer in zoo/ by its name."""
    cards = {path.parent.name: read_card(path.parent) for path in sorted(ROOT.glob("zoo/*/card.json"))}
    return {name: card["arch"] for name, card in cards.items() if task_of(card) == "restore"}


def digest_of_shipped(name: str) -> str:
    """12 hex digits of its weights and its card."""
    return digest_of(*(sha256_of(path) for path in sorted((ROOT / "zoo" / name).iterdir())))


def check_shipped(name: str) -> str:
    """The name; `UserError` where no such restorer comes with the package."""
    if name not in shipped():
        raise unknown("shipped model", name, shipped())
    return name
