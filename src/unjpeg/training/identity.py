"""What a training run depends on: its digest names the run's state, and the card repeats it."""

from pathlib import Path

from unjpeg import losses, models
from unjpeg.provenance import fingerprint, modules_of_run, sha256_of

WEIGHTS = "model.safetensors"


def files_of_run(plan: dict, where: Path) -> dict[str, str]:
    """sha256 by name of the parameter files that the run's losses and network read below `where`."""
    read = [where / file for name in plan["train"]["loss"] for file in losses.files(name)]
    read += [where / file for file in models.files(plan["arch"]) if plan["pretrained"]]
    return {path.name: sha256_of(path) for path in read}


def made_of_run(plan: dict, data: tuple[str, str], files: dict[str, str], parents: dict[str, Path]) -> dict:
    """All that the run depends on, JSON-able: settings, content of what it learns from, code, first weights.

    data: digests in train.h5 and val.h5. files: of `files_of_run`. parents: folders of the models that the
    run stands on, by the key that names them.
    """
    return {
        "settings": plan,
        "training patches": data[0],
        "validation patches": data[1],
        "code": fingerprint(*modules_of_run(plan)),
        "parameter files": files,
        "parents": {key: sha256_of(folder / WEIGHTS) for key, folder in parents.items()},
    }
