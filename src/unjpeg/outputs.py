"""What a command may write over: files of the kind that it writes, nothing else. Asked before the work."""

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from unjpeg.errors import UserError


def check_table(path: Path, columns: Sequence[str], number: str, kind: str, option: str) -> None:
    """`UserError` unless `path` is free, empty or a CSV of these columns, with a number or nothing in one."""

    def ours(text: str) -> bool:
        head, *rows = csv.reader(text.splitlines()) if text else [list(columns)]
        place = head.index(number) if head == list(columns) else None
        return place is not None and all(len(row) == len(head) and _number(row[place]) for row in rows)

    check_file(path, lambda data: ours(data.decode("utf-8")), kind, option)


def check_file(path: Path, ours: Callable[[bytes], bool], kind: str, option: str = "") -> None:
    """`UserError` unless `path` is free, or a file whose bytes are `ours` (a ValueError: they are not)."""
    named = f"{option} {path}".strip()
    if not path.parent.is_dir() or (path.exists() and not path.is_file()):
        raise UserError(f"{named}: want a plain file in a folder that exists")
    _check_writable(path.parent, named)
    if path.exists() and not _is(ours, path):
        raise UserError(f"{named}: is there and holds no {kind}; want a new file")


def check_folder(path: Path, files: dict[str, Callable[[bytes], bool]], kind: str) -> None:
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


def _is(ours: Callable[[bytes], bool], path: Path) -> bool:
    try:
        return ours(path.read_bytes())
    except ValueError:
        return False


def _number(text: str) -> bool:
    try:
        return text == "" or float(text) is not None
    except ValueError:
        return False
