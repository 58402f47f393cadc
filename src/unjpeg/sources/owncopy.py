"""A copy of a data set that the user already has: found, verified, left where it is."""

import os
from pathlib import Path

from unjpeg.config.entries import Dataset, Split
from unjpeg.errors import UserError
from unjpeg.foreign import say_others, shown
from unjpeg.images import SUFFIXES
from unjpeg.sources.archives import matches, split
from unjpeg.sources.gathered import Gathered


def gather(dataset: Dataset, folder: Path, patience: dict[str, float]) -> Gathered:
    """The image files below the data set's `path`; nothing is written.

    Whoever unpacked an archive kept its innermost folders, so the last two parts of the archive's
    patterns say which files belong to the set (and not to its reduced versions beside it) and to which
    split. Where none matches, every image below `root` counts, and so does what only seems to be one.
    """
    root = Path(dataset.path).expanduser().absolute()
    if not root.is_dir():
        raise UserError(f"{root}: no such folder (path of the data set)")
    found = _below(root)
    if not found:
        raise UserError(f"{root}: no images in this folder; endings looked for: {', '.join(SUFFIXES)}")
    of_archives = {file: part for file in found for part in _splits(dataset, file)}
    of_files = {remote.file: remote.split for remote in dataset.files}
    rest = {file: of_files.get(Path(file).name) or dataset.split for file in found}
    return Gathered(root, of_archives or rest, {})


def _below(root: Path) -> list[str]:
    """All that is named as an image, and links to folders, which are not followed; sorted."""
    found, others = [], []
    for place, folders, files in os.walk(root, onerror=_closed):
        for path in (Path(place, name) for name in [*folders, *files]):
            name = path.relative_to(root).as_posix()
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") or _linked(path):
                found.append(name)
            elif path.is_file() and not path.name.startswith("."):
                others.append(name)
    say_others(root, sorted(others))
    return sorted(found)


def _linked(path: Path) -> bool:
    return path.is_symlink() and path.is_dir()


def _closed(error: OSError) -> None:
    raise UserError(f"{shown(error.filename)}: {error.strerror}")


def _splits(dataset: Dataset, file: str) -> list[Split | None]:
    """The split of the first archive that may have held this file; empty where none did."""
    ending = "/".join(file.split("/")[-2:])
    for archive in dataset.archives:
        if matches(ending, ["/".join(pattern.split("/")[-2:]) for pattern in archive.members]):
            return [split(archive, file, depth=2) or dataset.split]
    return []
