"""How much of a study is there, stage by stage: files that the workflow wants, and bytes on disk."""

from dataclasses import dataclass
from pathlib import Path

from unjpeg.status.disk import size
from unjpeg.status.reasons import stage_of

ORDER = [
    *("resources", "splits", "degraded", "rates", "patches", "features", "models", "restored", "detected"),
    *("cost", "scores", "tables", "plots", "crops", "cases", "report", "state", "logs", "benchmarks"),
]


@dataclass(frozen=True)
class Stage:
    """name: a folder of results/<study>, or `resources`, which all studies share. bytes: of all in it."""

    name: str
    present: int
    wanted: int
    bytes: int


def stages(results: Path, wanted: dict[str, bool]) -> list[Stage]:
    """All stages that the workflow wants something of, or that take room, in the order of the work."""
    homes = {"resources": [Path("resources")]}
    for path in sorted(results.iterdir()) if results.is_dir() else ():
        homes.setdefault(path.name.split(".")[0], []).append(path)
    there: dict[str, list[bool]] = {}
    for path, present in wanted.items():
        there.setdefault(stage_of(path), []).append(present)
    names = sorted({*homes, *there} - {""}, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))
    found = (
        Stage(name, sum(there.get(name, [])), len(there.get(name, [])), sum(map(size, homes.get(name, []))))
        for name in names
    )
    return [stage for stage in found if stage.wanted or stage.bytes]
