"""What the page asks for: a picture's bytes and wishes in, an answer and pictures out. No HTTP here."""

import time

from unjpeg import zoo
from unjpeg.card import task_of
from unjpeg.ensemble import allowed
from unjpeg.errors import UserError, unknown
from unjpeg.library import detector, restorer
from unjpeg.photos.quality import takes_quality
from unjpeg.photos.restoring import Restored, Wish, restored
from unjpeg.provenance import modules_in
from unjpeg.store.features import CLASSES

SHOWN_BY_BROWSERS = ("jpeg", "mpo", "png", "webp", "gif", "bmp")


class Service:
    """Models are loaded when they are first asked for, and kept. memory: bytes of the process, without those
    that are left to uploads."""

    def __init__(self, device: str, memory: int, max_pixels: int):
        self.device, self.memory, self.max_pixels = device, memory, max_pixels
        self.detector = detector(zoo.DEFAULTS["detect"], device)

    def models(self) -> list[dict]:
        """Names, titles and cards of the restorers that this version knows, the default one first.

        Without the models that ship for comparison only: each knows one quality; and without those that
        another one has for gray images.
        """
        known = modules_in("models")
        cards = {name: card for name, card in zoo.cards().items() if card["arch"] in known}
        cards = {name: card for name, card in cards.items() if not card.get("for_comparison")}
        apart = {card.get("gray") for card in cards.values()}
        names = [name for name, card in cards.items() if task_of(card) == "restore" and name not in apart]
        names.sort(key=lambda name: (name != zoo.DEFAULTS["restore"], name))
        return [
            {
                "name": name,
                "title": cards[name].get("title", cards[name]["arch"]),
                "takes_quality": takes_quality(cards[name]),
                "card": cards[name],
            }
            for name in names
        ]

    def restore(self, data: bytes, wishes: dict[str, str]) -> tuple[dict, dict[str, bytes]]:
        """(what is told of the picture, ready for JSON; PNG files by name: `after` where it was restored, and
        `before` where browsers do not show the file itself). Errors: `UserError`.
        """
        begin = time.monotonic()
        wish = Wish(
            _number(wishes.get("strength", "1"), "strength"),
            _choice(wishes, "force", {"0": False, "1": True}),
            _choice(wishes, "consistent", {"": None, "0": False, "1": True}),
            self.memory,
            self.max_pixels,
            _number(wishes["quality"], "quality") if wishes.get("quality") else None,
        )
        name = wishes.get("model") or zoo.DEFAULTS["restore"]
        known = [model["name"] for model in self.models()]
        if name not in known:
            raise unknown("model", name, known)  # names only: no path comes from the page
        text = wishes.get("ensemble", "1")
        times = allowed(int(text) if text.isdecimal() and len(text) < 10 else text[:10])
        found = restored(data, restorer(name, self.device, "auto", times), self.detector, wish)
        pictures = _pictures(found)
        return {**_told(found), "seconds": round(time.monotonic() - begin, 2)}, pictures


def _told(found: Restored) -> dict:
    seen, said = found.seen, found.said
    height, width = found.pixels.shape[:2]
    return {
        "answer": seen.answer,
        "note": seen.note,
        "probabilities": dict(zip(CLASSES, map(float, seen.probabilities))),
        "quality": None if seen.quality is None or seen.compressed < 0.5 else round(seen.quality, 1),
        "tiles": [[round(float(p), 4) for p in tile] for tile in seen.tiles],
        "file": said.text() if said else None,
        "done": found.done,
        "why": found.why,
        "held": found.held,
        "told": found.told,
        "notes": found.photo.notes,
        "size": [width, height],
    }


def _pictures(found: Restored) -> dict[str, bytes]:
    if not found.done:
        return {}
    pictures = {"after": found.photo.encode(found.pixels)}
    if found.photo.format not in SHOWN_BY_BROWSERS:
        pictures["before"] = found.photo.encode(found.photo.pixels)
    return pictures


def _choice(wishes: dict[str, str], name: str, values: dict):
    """What a wish means; the first one where nothing is wished."""
    text = wishes.get(name, next(iter(values)))
    if text not in values:
        raise UserError(f"{name} {text!r}; allowed: {', '.join(map(repr, values))}")
    return values[text]


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UserError(f"{name} {text!r}; allowed: a number") from None
