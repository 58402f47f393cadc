"""A copy of a data set that the user already has: found, verified, left where it is."""

from pathlib import Path

from unjpeg.config.entries import Dataset, Split
from unjpeg.errors import UserError
from unjpeg.images import SUFFIXES
from unjpeg.sources.archives import matches, split
from unjpeg.sources.gathered import Gathered


def gather(dataset: Dataset, folder: Path, patience: dict[str, float]) -> Gathered:
    """The image files below the data set's `path`; nothing is written.

    Whoever unpacked an archive kept its innermost folders, so the last two parts of the archive's
    patterns say which files belong to the set (and not to its reduced versions beside it) and to which
    split. Where none matches, every image below `root` counts.
    """
    root = Path(dataset.path).expanduser().absolute()
    if not root.is_dir():
        raise UserError(f"{root}: no such folder (path of the data set)")
    found = sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
    )
    if not found:
        raise UserError(f"{root}: no images in this folder; endings looked for: {', '.join(SUFFIXES)}")
    of_archives = {file: part for file in found for part in _splits(dataset, file)}
    of_files = {remote.file: remote.split for remote in dataset.files}
    rest = {file: of_files.get(Path(file).name) or dataset.split for file in found}
    return Gathered(root, of_archives or rest, {})


def _splits(dataset: Dataset, file: str) -> list[Split | None]:
    """The split of the first archive that may have held this file; empty where none did."""
    ending = "/".join(file.split("/")[-2:])
    for archive in dataset.archives:
        if matches(ending, ["/".join(pattern.split("/")[-2:]) for pattern in archive.members]):
            return [split(archive, file, depth=2) or dataset.split]
    return []
