"""The images in a folder that is no data set of a study."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.foreign import say_others
from unjpeg.images import SUFFIXES


def images_in(folder: Path, endings: Iterable[str] = SUFFIXES) -> dict[str, Path]:
    """What is named as an image, by the stem, or by the whole file name where two share a stem.

    Whether it is one, who reads it says. Errors: `UserError`.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    here = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    files = [path for path in here if path.suffix.lower() in endings]
    say_others(folder, [path.name for path in here if path not in files and path.is_file()])
    if not files:
        raise UserError(f"{folder}: no image in it; allowed endings: {', '.join(endings)}")
    stems = Counter(path.stem for path in files)
    return {path.stem if stems[path.stem] == 1 else path.name: path for path in files}
