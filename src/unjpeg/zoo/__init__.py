"""Trained models that come with the package, and how a model is found by its name.

A model is a folder with model.safetensors and card.json. `checksums.json` has the sha256 of each file here.
"""

import json
import os
from contextlib import suppress
from pathlib import Path

from unjpeg.card import read_card, task_of
from unjpeg.config.shipped import KEPT, network_of
from unjpeg.errors import UserError, unknown
from unjpeg.provenance import sha256_of

FOLDER = Path(__file__).resolve().parent
CHECKSUMS = FOLDER / "checksums.json"
FILES = ("model.safetensors", "card.json")  # of a model's folder
DEFAULTS = {"restore": "photo", "detect": "photo-detector"}


def find(model: str | Path, task: str | None = None) -> Path:
    """Folder of a model: given by its folder, or by its name in `UNJPEG_MODELS`, here, or in results/.

    task: `restore` or `detect`, where only such a model is meant. Errors: `UserError` for an unknown name, a
    name of several studies, what a study keeps to the file, and a file here that is not what was shipped.
    """
    if str(model).endswith(KEPT):
        name = network_of(Path(model).name)
        raise UserError(f"{model}: no network, but what {name} gives, kept to the file; give {name}")
    if (Path(model) / "card.json").is_file() or ("/" in str(model) and Path(model).is_dir()):
        return Path(model)
    known = available()
    named = known.get(str(model), [])
    homes = [home for home in named if _does(read_card(home), task)]
    if not homes:
        kind = f"model to {task} with" if task else "model"
        allowed = sorted(name for name, card in cards().items() if _does(card, task))
        if named:
            does = task_of(read_card(named[0]))
            raise UserError(
                f"no {kind} {str(model)!r}: it is one to {does} with; allowed: {', '.join(allowed)}"
            )
        raise unknown(kind, model, allowed)
    first = FOLDER, Path(os.environ.get("UNJPEG_MODELS") or FOLDER)
    if len(homes) > 1 and homes[0].parent not in first:
        raise UserError(
            f"model {model}: trained in several studies; give one of {', '.join(map(str, homes))}"
        )
    if homes[0].parent == FOLDER:
        check(homes[0])
    return homes[0]


def _is_weights(path: Path) -> bool:
    with open(path, "rb") as file:
        return b'"__metadata__"' in file.read(64)


OURS = dict(zip(FILES, (_is_weights, lambda path: bool(read_card(path.parent)))))


def shipped() -> list[str]:
    """Names of the models here."""
    return sorted(path.parent.name for path in FOLDER.glob("*/card.json"))


def available() -> dict[str, list[Path]]:
    """Folders of models by name, in the order in which they are taken."""
    places = [FOLDER.glob("*/card.json"), Path("results").glob("*/models/*/card.json")]
    if own := os.environ.get("UNJPEG_MODELS"):
        if not Path(own).is_dir():
            raise UserError(f"UNJPEG_MODELS={own}: no such folder")
        places.insert(0, Path(own).glob("*/card.json"))
    found: dict[str, list[Path]] = {}
    for cards in places:
        for card in sorted(card for card in cards if not card.parent.name.endswith(KEPT)):
            found.setdefault(card.parent.name, []).append(card.parent)
    return found


def cards() -> dict[str, dict]:
    """The card of each model by its name, of several of one name the first; those that can be read."""
    found = {}
    for name, homes in available().items():
        with suppress(UserError):
            found[name] = read_card(homes[0])
    return found


def _does(card: dict, task: str | None) -> bool:
    return task in (None, task_of(card))


def check(folder: Path) -> None:
    """Hold the files of a model that is shipped against their digests. Errors: `UserError`."""
    wanted = json.loads(CHECKSUMS.read_text("utf-8"))
    for name in FILES:
        place = f"{folder.name}/{name}"
        if sha256_of(FOLDER / place) != wanted.get(place):
            raise UserError(f"{FOLDER / place}: not the file that was shipped (sha256); install unjpeg again")
