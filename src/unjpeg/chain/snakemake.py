"""What Snakemake is told from the records: results that no longer hold, and what it once knew of them.

Snakemake's memory of parameters and code (`.snakemake/metadata`) is lost when that folder is deleted or
left behind. A copy stands beside the results and is taken when there is none.
"""

import shutil
from pathlib import Path
from types import SimpleNamespace

from unjpeg.chain.verify import Chain

MEMORY = Path(".snakemake")


def keep(study: Path) -> None:
    """Copy what is new in Snakemake's memory beside a study's results."""
    for path in (MEMORY / "metadata").rglob("*"):
        copy = study / path
        if path.is_file() and not (copy.is_file() and copy.stat().st_mtime >= path.stat().st_mtime):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)


def recall(study: Path) -> bool:
    """Give Snakemake its memory back where it has none; whether that was so."""
    lost = not any((MEMORY / "metadata").glob("*")) and (study / MEMORY / "metadata").is_dir()
    if lost:
        shutil.copytree(study / MEMORY / "metadata", MEMORY / "metadata", dirs_exist_ok=True)
        (MEMORY / "incomplete").mkdir(exist_ok=True)
    return lost


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
    found += [name for name in chain.of_other_code() if memory.metadata(IOFile(name)) is None]
    here = list(dict.fromkeys(name for name in found if Path(name).exists()))
    # A file may lie in a folder that is one output, so all that it lies in is marked: else it means nothing.
    above = {
        p.as_posix() for name in found for p in Path(name).parents if p.is_relative_to(study) and p != study
    }
    if found:
        memory.started(SimpleNamespace(output=[IOFile(name) for name in (*here, *sorted(above))]))
    return here
