"""Whether what stands here is what its records say, from the first inputs to the last outputs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from unjpeg.atomic import write_text
from unjpeg.chain.records import records_in, untouched
from unjpeg.provenance import code_digest, sha256_of

UNRECORDED = ("logs", "benchmarks", "state", ".snakemake")  # of a study: no results


@dataclass(frozen=True)
class Fault:
    """`path`: the output that does not hold. `why`: in words. `code`: only the code has changed since."""

    path: str
    why: str
    code: bool = False


@dataclass
class Chain:
    """Records of some folders, in the order in which their files were made of each other."""

    records: dict[Path, dict]

    @classmethod
    def of(cls, folders: Iterable[Path]) -> "Chain":
        return cls({path: record for folder in folders for path, record in records_in(folder).items()})

    @cached_property
    def maker(self) -> dict[str, Path]:
        """The record that each output stands in."""
        return {name: path for path, record in self.records.items() for name in record["outputs"]}

    @cached_property
    def order(self) -> list[Path]:
        """Records, each after those of its inputs."""
        done: dict[Path, None] = {}

        def visit(path: Path) -> None:
            for name in self.records[path]["inputs"]:
                maker = self.maker.get(name)
                if maker and maker != path and maker not in done:
                    visit(maker)
            done[path] = None

        for path in self.records:
            if path not in done:
                visit(path)
        return list(done)

    def faults(self) -> Iterator[Fault]:
        """What does not hold, the first cause first; reads every file once."""
        now = cache(lambda name: sha256_of(Path(name)) if Path(name).is_file() else None)
        for path in self.order:
            record = self.records[path]
            for name, entry in record["outputs"].items():
                if now(name) not in (entry["sha256"], None):
                    yield Fault(name, f"changed since `unjpeg {record['verb']}` wrote it on {record['date']}")
            first = next(iter(record["outputs"]))
            for name, wanted in record["inputs"].items():
                if now(name) not in (wanted, None):
                    yield Fault(first, f"made of another {name} than the one that is here")
            if other := [m for m, digest in record["code"].items() if code_digest(m) != digest]:
                yield Fault(first, f"made by other code of {', '.join(other)}", code=True)

    def absent(self) -> set[str]:
        """Files that records speak of and that are not here any more: not checked."""
        named = {name for r in self.records.values() for name in (*r["outputs"], *r["inputs"])}
        return {name for name in named if not Path(name).is_file()}

    def touched(self) -> list[str]:
        """Outputs whose bytes changed after their record, or whose inputs were made anew; reads few files.

        A file with the size and time of its record is taken as unchanged; one that is gone counts as changed.
        """
        found = [name for name in self.maker if not Path(name).is_file()]
        for path in self.order:
            record = self.records[path]
            own = [n for n, entry in record["outputs"].items() if Path(n).is_file() and changed(n, entry)]
            stale = any(self._remade(name, digest) for name, digest in record["inputs"].items())
            found += [n for n in record["outputs"] if Path(n).is_file()] if stale else own
        return found

    def of_other_code(self) -> list[str]:
        """Outputs whose record names code that is not today's."""
        changed = [r for r in self.records.values() if any(code_digest(m) != d for m, d in r["code"].items())]
        return [name for record in changed for name in record["outputs"]]

    def accept(self) -> int:
        """Write the code of today into records that only differ in code; how many they were."""
        count = 0
        for path, record in self.records.items():
            code = {module: code_digest(module) for module in record["code"]}
            if code != record["code"]:
                text = json.dumps({**record, "code": code}, indent=1, ensure_ascii=False)
                write_text(path, text + "\n")
                count += 1
        return count

    def without_record(self, study: Path) -> list[str]:
        """Files of a study that no record speaks of."""
        files = (p for p in sorted(study.rglob("*")) if p.is_file() and not p.name.startswith("."))
        names = (p for p in files if p.relative_to(study).parts[0] not in UNRECORDED)
        return [p.as_posix() for p in names if p.as_posix() not in self.maker]

    def _remade(self, name: str, digest: str) -> bool:
        maker = self.maker.get(name)
        return maker is not None and self.records[maker]["outputs"][name]["sha256"] != digest


def changed(name: str, entry: dict) -> bool:
    """Whether a file that is here is not its entry's; read only where size or time differ."""
    path = Path(name)
    if untouched(path, entry):
        return False
    return path.stat().st_size != entry["size"] or sha256_of(path) != entry["sha256"]
