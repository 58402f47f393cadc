"""Taking the images out of zip and tar archives, and nothing else.

An archive is foreign input: absolute names, `..`, links, and names that collide are refused, and every
image is written to a temporary name first. All images land in one flat folder.
"""

import hashlib
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from unjpeg.atomic import replacing
from unjpeg.config.entries import Archive, Split
from unjpeg.errors import UserError

BROKEN = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError, RuntimeError)


def extract(archive: Path, patterns: Collection[str], folder: Path) -> dict[str, list[str]]:
    """File name -> [sha256, member] of the members that match, written into `folder`.

    Errors: `UserError` for a damaged or truncated archive, unsafe members, two members with one name,
    or no member that matches.
    """
    folder.mkdir(parents=True, exist_ok=True)
    opened = _zip if archive.name.endswith(".zip") else _tar
    images: dict[str, list[str]] = {}
    try:
        for name, regular, stream in opened(archive, patterns):
            if not regular:
                raise UserError(f"{archive}: member {name!r} is a link or a special file")
            file = name.rpartition("/")[2]
            if file in images:
                raise UserError(f"{archive}: two members are called {file!r}; narrow the pattern")
            images[file] = [_write(stream, folder / file), name]
    except (UserError, *BROKEN) as error:
        for file in images:
            (folder / file).unlink(missing_ok=True)
        if isinstance(error, UserError):
            raise
        if getattr(error, "errno", None):
            raise UserError(f"{archive}: {error}") from None
        raise UserError(
            f"{archive}: damaged or truncated archive ({error}); delete it and run again"
        ) from None
    if not images:
        raise UserError(f"{archive}: no member matches {', '.join(patterns)}")
    return images


def check(archive: Path, name: str) -> None:
    """`UserError` where not every member can be read; `name` tells the kind, the file may have another."""
    try:
        if name.endswith(".zip"):
            with zipfile.ZipFile(archive) as opened:
                if (bad := opened.testzip()) is not None:
                    raise UserError(f"{name}: member {bad!r} is damaged")
        else:
            with tarfile.open(archive, "r:*") as opened:
                opened.getmembers()
                while opened.fileobj.read(1 << 20):  # to the compressed file's end, where its checksum stands
                    pass
    except UserError:
        raise
    except BROKEN as error:
        raise UserError(f"{name}: damaged or truncated archive ({error})") from None


def matches(name: str, patterns: Collection[str]) -> bool:
    """Whether a path matches a pattern part by part; the junk that macOS adds never does."""
    parts = name.removeprefix("./").split("/")
    if parts[-1].startswith("._") or "__MACOSX" in parts:
        return False
    return any(
        len(parts) == len(want := pattern.split("/")) and all(map(fnmatchcase, parts, want))
        for pattern in patterns
    )


def split(archive: Archive, name: str, depth: int = 0) -> Split | None:
    """The split of a member; `depth` > 0: by the last parts of its path alone."""
    for pattern, of_pattern in archive.members.items():
        if matches("/".join(name.split("/")[-depth:]), ["/".join(pattern.split("/")[-depth:])]):
            return of_pattern or archive.split
    return None


def _zip(archive: Path, patterns: Collection[str]) -> Iterator[tuple[str, bool, IO[bytes]]]:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            name = _safe(archive, member.orig_filename)
            if not member.is_dir() and matches(name, patterns):
                kind = stat.S_IFMT(member.external_attr >> 16)
                with opened.open(member) as stream:
                    yield name, kind in (0, stat.S_IFREG), stream


def _tar(archive: Path, patterns: Collection[str]) -> Iterator[tuple[str, bool, IO[bytes]]]:
    with tarfile.open(archive, "r|*") as opened:
        for member in opened:
            name = _safe(archive, member.name)
            if not member.isdir() and matches(name, patterns):
                yield name, member.isreg(), opened.extractfile(member) if member.isreg() else None


def _safe(archive: Path, name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    if not parts[0] or ".." in parts or ":" in parts[0] or "\0" in name:
        raise UserError(f"{archive}: unsafe member {name!r}; nothing of this archive is used")
    return "/".join(parts)


def _write(stream: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with replacing(path) as part, part.open("wb") as file:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
