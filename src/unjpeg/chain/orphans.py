"""Models that a training wrote after its Snakemake had been killed.

Snakemake knows neither with which parameters nor with which code they were made, and would never notice
a change. Their states still stand, so that its own job writes them again without training.
"""

import json
from pathlib import Path
from types import SimpleNamespace

from unjpeg.chain.snakemake import MEMORY


def mark(study: Path) -> list[str]:
    """Mark cards of such models as incomplete; nothing where Snakemake's memory is lost as a whole."""
    if not any((MEMORY / "metadata").glob("*")):
        return []
    from snakemake.io import IOFile
    from snakemake.persistence.file import FilePersistence

    memory = FilePersistence(nolock=True)
    cards = [card for card in sorted(study.glob("models/*/card.json")) if _state_of(card, study)]
    found = [name for name in map(str, cards) if memory.metadata(IOFile(name)) is None]
    if found:
        memory.started(SimpleNamespace(output=[IOFile(name) for name in found]))
    return found


def _state_of(card: Path, study: Path) -> bool:
    """Whether the state of the run that wrote a card still stands."""
    try:
        run = json.loads(card.read_text("utf-8"))["run"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return any((study / "state" / f"{card.parent.name}-{run}").glob("step-*.pt"))
