"""Trained models that come with the package, and how a model is found by its name.

A model is a folder with model.safetensors and card.json. `checksums.json` has the sha256 of each file here.
"""

import json
import os
from pathlib import Path

from unjpeg.errors import UserError, unknown
from unjpeg.provenance import sha256_of

FOLDER = Path(__file__).resolve().parent
CHECKSUMS = FOLDER / "checksums.json"
DEFAULTS = {"restore": "photo", "detect": "photo-detector"}


def find(model: str | Path, task: str) -> Path:
    """Folder of a model: given by its folder, or by its name in `UNJPEG_MODELS`, here, or in results/.

    task: `restore` or `detect`, for the message. Errors: `UserError` for an unknown name, a name of several
    studies, and a file here that is not what was shipped.
    """
    if (Path(model) / "card.json").is_file():
        return Path(model)
    known = available()
    homes = [home for home in known.get(str(model), []) if _task(home) == task]
    if not homes:
        names = [name for name, homes in known.items() if any(_task(home) == task for home in homes)]
        raise unknown(f"model to {task} with", model, names, "--model")
    if len(homes) > 1 and homes[0].parent.name == "models":
        raise UserError(
            f"--model {model}: trained in several studies; give one of {', '.join(map(str, homes))}"
        )
    if homes[0].parent == FOLDER:
        check(homes[0])
    return homes[0]


def available() -> dict[str, list[Path]]:
    """Folders of models by name, in the order in which they are taken."""
    places = [FOLDER.glob("*/card.json"), Path("results").glob("*/models/*/card.json")]
    if own := os.environ.get("UNJPEG_MODELS"):
        if not Path(own).is_dir():
            raise UserError(f"UNJPEG_MODELS={own}: no such folder")
        places.insert(0, Path(own).glob("*/card.json"))
    found: dict[str, list[Path]] = {}
    for cards in places:
        for card in sorted(cards):
            found.setdefault(card.parent.name, []).append(card.parent)
    return found


def check(folder: Path) -> None:
    """Hold the files of a model that is shipped against their digests. Errors: `UserError`."""
    wanted = json.loads(CHECKSUMS.read_text("utf-8"))
    for name in ("model.safetensors", "card.json"):
        place = f"{folder.name}/{name}"
        if sha256_of(FOLDER / place) != wanted.get(place):
            raise UserError(f"{FOLDER / place}: not the file that was shipped (sha256); install unjpeg again")


def _task(folder: Path) -> str:
    """`detect` for detectors, else `restore`: by the recipe that trained it."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    return "detect" if card.get("recipe") == "detector" else "restore"
