"""Which pictures and videos are restored to which files: nothing is ever written over one that was read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from unjpeg import images
from unjpeg.atomic import write_bytes
from unjpeg.errors import UserError
from unjpeg.foreign import check_file, read_named, say_others
from unjpeg.photos import clip, film
from unjpeg.photos.photo import FORMATS

SUFFIXES = sorted((*images.SUFFIXES, ".gif", ".jfif", ".jpe"))
ENDINGS = {ending: name for name, ending in FORMATS.items()} | dict.fromkeys(
    (".jfif", ".jpe", ".jpeg"), "jpeg"
)
ENDINGS[".tiff"] = "tiff"
VIDEO = "video"


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
        if not self.folder:
            return read_named(self.source)
        check_file(self.source, self.folder)
        return self.source.read_bytes()

    def write(self, found, quality: int) -> None:
        """The result, whole or not at all."""
        write_bytes(self.target, found.photo.encode(found.pixels, self.format, quality))


def jobs(paths: list[Path], output: Path | None, format: str | None, suffix: str) -> list[Job]:
    """One job for each picture or video, and each picture of a folder (which is not entered deeper).

    output: a file for one picture, a folder otherwise, None for beside each with `suffix` in the name.
    format: None for each picture's own, PNG where that is none of `FORMATS`.
    Errors: `UserError` where a path is missing, a folder has no picture, or a result would replace a picture.
    """
    folders = {source: path for path in paths for source in _sources(path, suffix)}
    sources = list(folders)
    if output and len(sources) == 1 and not paths[0].is_dir() and not output.is_dir() and output.suffix:
        endings = dict.fromkeys(film.FORMATS, VIDEO) if clip.named(sources[0]) else ENDINGS
        if (ending := output.suffix.lower()) not in endings:
            raise UserError(f"-o {output}: ending {ending!r}; allowed: {', '.join(endings)}")
        found = [Job(sources[0], output, endings[ending])]
    elif output and output.is_file():
        raise UserError(f"-o {output}: a file; {len(sources)} pictures want a folder")
    else:
        found = [_job(source, output, format, suffix) for source in sources]
        shared = Counter(job.target for job in found)  # a.jpg and a.png become a.jpg.png and a.png.png
        found = [
            replace(job, target=job.target.with_name(f"{job.source.name}{job.target.suffix}"))
            if shared[job.target] > 1
            else job
            for job in found
        ]
    found = [
        replace(job, folder=folders[job.source]) if folders[job.source].is_dir() else job for job in found
    ]
    taken = {job.source.resolve() for job in found}
    for job in found:
        if job.target.resolve() in taken:
            raise UserError(f"{job.target}: would be written over a picture that is read; choose another -o")
    return found


def _job(source: Path, output: Path | None, format: str | None, suffix: str) -> Job:
    ending = source.suffix.lower()
    if clip.named(source):
        format, ending = VIDEO, ending if ending in film.FORMATS else ".mkv"
    else:
        format = format or ENDINGS.get(ending, "png")
        ending = FORMATS[format]
    name = f"{source.stem}{'' if output else suffix}{ending}"
    return Job(source, (output or source.parent) / name, format)


def _sources(path: Path, suffix: str) -> Iterator[Path]:
    if not path.is_dir():
        if not path.exists():
            raise UserError(f"{path}: no such file or folder")
        yield path
        return
    here = sorted(p for p in path.iterdir() if not p.name.startswith(".") and not p.stem.endswith(suffix))
    files = [p for p in here if p.suffix.lower() in SUFFIXES]
    say_others(path, [p.name for p in here if p not in files and p.is_file()])
    if not files:
        raise UserError(f"{path}: no picture in it; endings: {', '.join(SUFFIXES)}")
    yield from files
