"""Files appear whole or not at all: written beside their final name, then renamed."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = platform.node().replace(".", "-")  # several machines may share a folder
written: list[Path] = []  # by this process, whole and under their final names


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """A temporary path in the folder of `path`, renamed to it when the block ends well.

    The data is on the disk before the rename, so a crash leaves the old file or the new one.
    After an exception the temporary file is gone and `path` is as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(path)
    try:
        yield part
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
        written.append(path)
    except OSError as error:  # a full disk names no file, and nobody knows the temporary one
        if error.filename in (None, part, str(part)):
            with suppress(AttributeError):  # some libraries' errors do not change
                error.filename = str(path)
        raise
    finally:
        part.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """Under which name this process writes a file."""
    return path.with_name(f".{path.name}.{HOST}.{os.getpid()}.part")


def write_bytes(path: Path | str, data: bytes) -> None:
    """`data` as the whole content of `path`."""
    with replacing(path) as part:
        part.write_bytes(data)


def write_text(path: Path | str, text: str) -> None:
    """`text` as the whole content of `path`, UTF-8, newlines as they are."""
    write_bytes(path, text.encode("utf-8"))


def remove_others(folder: Path, pattern: str) -> None:
    """Remove files of a folder of results that this process did not write: of what there is no more."""
    for path in folder.glob(pattern):
        if path not in written:
            path.unlink()
