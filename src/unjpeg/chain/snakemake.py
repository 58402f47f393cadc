"""What Snakemake is told from the records: results that no longer hold, and what it once knew of them.

Snakemake's memory of parameters and code (`.snakemake/metadata`) is lost when that folder is deleted or
left behind. A copy stands beside the results and is taken when there is none.
"""

import shutil
from pathlib import Path
from types import SimpleNamespace

from unjpeg.chain.verify import Chain

MEMORY = Path(".snakemake")
COPY = Path("results") / ".snakemake"


def keep() -> None:
    """Copy what is new in Snakemake's memory beside the results."""
    for path in (MEMORY / "metadata").rglob("*"):
        copy = COPY / path.relative_to(MEMORY)
        if path.is_file() and not (copy.is_file() and copy.stat().st_mtime >= path.stat().st_mtime):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)


def recall() -> bool:
    """Give Snakemake its memory back where it has none; whether that was so."""
    lost = not any((MEMORY / "metadata").glob("*")) and (COPY / "metadata").is_dir()
    if lost:
        shutil.copytree(COPY / "metadata", MEMORY / "metadata", dirs_exist_ok=True)
        (MEMORY / "incomplete").mkdir(exist_ok=True)
    return lost


def doubt(folders: list[Path]) -> list[str]:
    """Mark results that are not what their records say as incomplete, so that Snakemake makes them again."""
    from snakemake.io import IOFile
    from snakemake.persistence.file import FilePersistence

    found = Chain.of(folders).touched()
    if found:
        FilePersistence(nolock=True).started(SimpleNamespace(output=[IOFile(name) for name in found]))
    return found
