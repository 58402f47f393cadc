"""What Snakemake is told from the records: results that no longer hold, and what it once knew of them.

Snakemake's memory of parameters and code (`.snakemake/metadata`) is lost when that folder is deleted or
left behind. A copy stands beside the results of each study and is taken when there is none.
"""

import shutil
from pathlib import Path
from types import SimpleNamespace

from unjpeg.atomic import write_text
from unjpeg.chain.verify import Chain

MEMORY, MARKS, RECALLED = Path(".snakemake"), "doubted.txt", "recalled"


def keep(study: Path) -> None:
    """Copy what is new in Snakemake's memory beside a study's results."""
    for path in (MEMORY / "metadata").rglob("*"):
        copy = study / path
        if path.is_file() and not (copy.is_file() and copy.stat().st_mtime >= path.stat().st_mtime):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
    _recalled(study)


def recall(study: Path) -> bool:
    """Give Snakemake its memory of a study back, once in the life of `.snakemake`; whether some was lost."""
    if (MEMORY / RECALLED / study.name).exists():
        return False
    lost = [
        (path, place)
        for path in (study / MEMORY / "metadata").rglob("*")
        if path.is_file() and not (place := path.relative_to(study)).exists()
    ]
    for path, place in lost:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)
    if lost:
        (MEMORY / "incomplete").mkdir(exist_ok=True)
        _recalled(study)
    return bool(lost)


def _recalled(study: Path) -> None:
    """From now on what Snakemake does not know of the study it was told to forget."""
    (MEMORY / RECALLED).mkdir(parents=True, exist_ok=True)
    (MEMORY / RECALLED / study.name).touch()


def doubt(study: Path, resources: Path) -> list[str]:
    """Mark results that are not what their records say as incomplete, so that Snakemake makes them again.

    So are those without a record and, where Snakemake remembers nothing of them, those that other code made.
    """
    from snakemake.io import IOFile
    from snakemake.persistence.file import FilePersistence

    chain = Chain.of([study, resources])
    found = [*chain.touched(), *chain.without_record(study)]
    if not found and not chain.records:
        return []
    memory = FilePersistence(nolock=True)

    def forgotten(name: str) -> bool:
        return all(memory.metadata(IOFile(place)) is None for place in (name, *_above(name, study)))

    found += [name for name in chain.of_other_code() if forgotten(name)]
    here = list(dict.fromkeys(name for name in found if Path(name).exists()))
    # A file may lie in a folder that is one output, so all that it lies in is marked: else it means nothing.
    marked = [*here, *sorted({place for name in found for place in _above(name, study)})]
    for name in _marked_before():  # a file that was put back is no longer in doubt
        memory._unmark_incomplete(name)
    memory.started(SimpleNamespace(output=[IOFile(name) for name in marked]))
    write_text(MEMORY / MARKS, "".join(f"{name}\n" for name in marked))
    return here


def _above(name: str, study: Path) -> list[str]:
    """The folders of a study that a file lies in."""
    return [p.as_posix() for p in Path(name).parents if p.is_relative_to(study) and p != study]


def _marked_before() -> list[str]:
    try:
        return (MEMORY / MARKS).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
