"""What a command may write over: files of the kind that it writes, nothing else. Asked before the work."""

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from unjpeg.errors import UserError


def check_table(path: Path, columns: Sequence[str], number: str, kind: str, option: str) -> None:
    """`UserError` unless `path` is free, empty or a CSV of these columns, with a number or nothing in one."""

    place = columns.index(number)

    def ours(path: Path) -> bool:
        with open(path, newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            return next(rows, list(columns)) == list(columns) and all(
                len(row) == len(columns) and _number(row[place]) for row in rows
            )

    check_file(path, ours, kind, option)


def led_to(path: Path) -> Path:
    """Where a link leads, so that it stays one when the file is replaced; any other path as it is."""
    return path.resolve() if path.is_symlink() else path


def check_file(path: Path, ours: Callable[[Path], bool], kind: str, option: str = "") -> None:
    """`UserError` unless `path` is free, or a file that is `ours` (an error of reading: it is not).

    Of a link, what it leads to: that is what is written.
    """
    named, path = f"{option} {path}".strip(), led_to(path)
    if not path.parent.is_dir() or (path.exists() and not path.is_file()):
        raise UserError(f"{named}: want a plain file in a folder that exists")
    _check_writable(path.parent, named)
    if path.exists() and not _is(ours, path):
        raise UserError(f"{named}: is there and holds no {kind}; want a new file")


def check_folder(path: Path, files: dict[str, Callable[[Path], bool]], kind: str) -> None:
    """`UserError` unless `path` is a folder that may be made, is empty, or holds these files alone, all ours.

    Hidden files do not count.
    """
    if path.exists() and not path.is_dir():
        raise UserError(f"{path}: a file; want a folder")
    _check_writable(next(place for place in (path, *path.absolute().parents) if place.is_dir()), str(path))
    for file in sorted(path.glob("[!.]*")):
        if file.name not in files or not file.is_file() or not _is(files[file.name], file):
            raise UserError(f"{path}: is there and {file.name} in it is not of {kind}; want a new folder")


def _check_writable(folder: Path, named: str) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"{named}: {folder} cannot be written to")


def _is(ours: Callable[[Path], bool], path: Path) -> bool:
    try:
        return ours(path)
    except (ValueError, csv.Error):
        return False


def _number(text: str) -> bool:
    try:
        return text == "" or float(text) is not None
    except ValueError:
        return False
