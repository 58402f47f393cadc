"""Which pictures and videos are restored to which files: nothing is ever written over one that was read."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path

from unjpeg.atomic import HOST, part_of, write_bytes
from unjpeg.errors import UserError
from unjpeg.foreign import read_named, say_others, shown
from unjpeg.photos import clip, film
from unjpeg.photos.formats import FORMATS
from unjpeg.photos.photo import SUFFIXES
from unjpeg.training.lock import lives

ENDINGS = {format.ending: name for name, format in FORMATS.items()} | dict.fromkeys(
    (".jfif", ".jpe", ".jpeg"), "jpeg"
)
ENDINGS[".tiff"] = "tiff"
VIDEO = "video"
FILES = {*ENDINGS, *film.FORMATS}  # no folder ends so


@dataclass(frozen=True)
class Job:
    """source: a picture or video; target: its result; format: of `FORMATS`, or VIDEO; folder: where it was
    found, if in one."""

    source: Path
    target: Path
    format: str
    folder: Path | None = None

    def read(self) -> bytes:
        """Errors: `UserError` for what is no plain file, or leads out of its folder."""
        return read_named(self.source, self.folder)

    def write(self, found, quality: int) -> None:
        """The result, whole or not at all. Errors: `UserError`, of the target."""
        data = found.photo.encode(found.pixels, self.format, quality)
        try:
            write_bytes(self.target, data)
        except OSError as error:
            raise UserError(f"{shown(self.target)}: not written ({error.strerror or error})") from None

    def clear(self) -> None:
        """Remove what killed processes of this machine left of the result.

        Errors: `UserError` where its name, or the longer one that it is written under, is too long.
        """
        try:
            os.lstat(part_of(self.target))
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            raise UserError(f"{shown(self.target)}: not written ({error.strerror})") from None
        for part in self.target.parent.glob(f".{escape(self.target.name)}.{HOST}.*.part"):
            pid = part.name.split(".")[-2]
            if pid.isdecimal() and not lives(int(pid)):
                part.unlink(missing_ok=True)


def jobs(paths: list[Path], output: Path | None, format: str | None, suffix: str) -> list[Job]:
    """One job for each picture or video, and each picture of a folder (which is not entered deeper).

    output: a file for one picture, a folder otherwise, None for beside each with `suffix` in the name.
    format: of `FORMATS`, or `same`: each picture's own, PNG where that is none of them; None: what the name
    of the one result says, else PNG.
    Errors: `UserError` where a path is missing, a folder has no picture, a name says another format, two
    pictures would have one result, or a result would replace a picture.
    """
    named = {os.path.abspath(source): (source, path) for path in paths for source in _sources(path, suffix)}
    folders = dict(named.values())  # one that is named twice is restored once
    sources = list(folders)
    if output and len(sources) == 1 and not paths[0].is_dir() and not output.is_dir() and output.suffix:
        found = [_named(sources[0], output, format)]
    elif output and not output.is_dir() and (output.is_file() or output.suffix.lower() in FILES):
        several = f"{len(sources)} pictures" if sources[1:] else "pictures of a folder"
        raise UserError(f"-o {output}: a file; {several} want a folder")
    else:
        found = _apart([_job(source, output, format or "png", suffix) for source in sources], suffix, output)
    found = [
        replace(job, folder=folders[job.source]) if folders[job.source].is_dir() else job for job in found
    ]
    taken = {job.source.resolve() for job in found}
    for job in found:
        if job.target.resolve() in taken:
            name = shown(job.target)
            raise UserError(f"{name}: would be written over a picture that is read; choose another -o")
    return found


def _named(source: Path, output: Path, format: str | None) -> Job:
    """For one result that the user named."""
    endings = dict.fromkeys(film.FORMATS, VIDEO) if clip.named(source) else ENDINGS
    if (ending := output.suffix.lower()) not in endings:
        raise UserError(f"-o {output}: ending {ending!r}; allowed: {', '.join(endings)}")
    wanted = ENDINGS.get(source.suffix.lower(), "png") if format == "same" else format
    if endings[ending] not in (VIDEO, wanted or endings[ending]):
        raise UserError(f"-o {output}: ending {ending!r}, but --format {format}; leave one of them out")
    return Job(source, output, endings[ending])


def _job(source: Path, output: Path | None, format: str, suffix: str) -> Job:
    ending = source.suffix.lower()
    if clip.named(source):
        format, ending = VIDEO, ending if ending in film.FORMATS else ".mkv"
    else:
        format = ENDINGS.get(ending, "png") if format == "same" else format
        ending = FORMATS[format].ending
    name = f"{source.stem}{'' if output else suffix}{ending}"
    return Job(source, (output or source.parent) / name, format)


def _apart(found: list[Job], suffix: str, output: Path | None) -> list[Job]:
    """Where a.jpg and a.png would both become a.png: a.jpg.png and a.png.png, until no name is shared."""
    while True:
        count = Counter(job.target for job in found)
        named = [_whole(job, "" if output else suffix) if count[job.target] > 1 else job for job in found]
        if named == found:
            break
        found = named
    if again := [job for job in found if count[job.target] > 1]:
        one, other, *_ = [shown(job.source) for job in again if job.target == again[0].target]
        target = shown(again[0].target)
        raise UserError(f"{one} and {other} would both be written to {target}; restore them apart")
    return found


def _whole(job: Job, suffix: str) -> Job:
    """Its result with the whole name of its source."""
    return replace(job, target=job.target.with_name(f"{job.source.name}{suffix}{job.target.suffix}"))


def _sources(path: Path, suffix: str) -> Iterator[Path]:
    if not path.is_dir():
        if not path.exists():
            raise UserError(f"{path}: no such file or folder")
        yield path
        return
    here = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    results = [p for p in here if p.stem.endswith(suffix)]
    files = [p for p in here if p.suffix.lower() in SUFFIXES and p not in results]
    say_others(path, [p.name for p in here if p not in files and p not in results and p.is_file()])
    if results:
        more = f"{len(results)} files" if results[1:] else "1 file"
        text = (
            f"{more} taken for results and left, such as {shown(results[0].name)}; name a picture to have it"
        )
        print(f"{shown(path)}: {text}", file=sys.stderr)
    if not files:
        raise UserError(f"{path}: no picture in it; endings: {', '.join(SUFFIXES)}")
    yield from files
