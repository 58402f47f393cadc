"""Where records stand, and the digests of files.

The record of the file `a/b.csv` is `a/.b.csv.record.json`; of a folder that the verb `plots` fills,
`folder/.plots.record.json`. A record moves with its files, and paths in it are relative to the folder that
Snakemake runs in.
"""

import json
from pathlib import Path

from unjpeg.provenance import sha256_of

SUFFIX = ".record.json"
PARTS = ("inputs", "outputs", "code")
TOUCH = 5 * 10**9  # nanoseconds: Snakemake touches outputs after their job


def record_of(output: Path, verb: str) -> Path:
    """Path of the record of one output, or of the folder `output`."""
    return output / f".{verb}{SUFFIX}" if output.is_dir() else output.with_name(f".{output.name}{SUFFIX}")


def records_in(folder: Path) -> dict[Path, dict]:
    """Every record under a folder that can be read, by its path."""
    found = {path: read(path) for path in sorted(folder.rglob(f".*{SUFFIX}"))}
    return {path: record for path, record in found.items() if record}


def read(path: Path) -> dict | None:
    """One record; None where there is none or it is damaged: then its outputs have none."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(record, dict) and all(isinstance(record.get(key), dict) for key in PARTS)
    return record if whole and {"verb", "date"} <= record.keys() else None


def entry_of(path: Path) -> dict[str, object]:
    """Digest of a file, with the size and time that tell quickly whether it is still the same."""
    stat = path.stat()
    return {"sha256": sha256_of(path), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def untouched(path: Path, entry: dict) -> bool:
    """Whether a file has the size and, within `TOUCH`, the time of its entry."""
    stat = path.stat()
    return stat.st_size == entry["size"] and abs(stat.st_mtime_ns - entry["mtime_ns"]) < TOUCH


def digest_of_file(path: Path) -> str:
    """sha256 of a file: its record's where the file is untouched, so that large files are read once."""
    beside = [path.with_name(f".{path.name}{SUFFIX}")]
    for folder in path.parents[:2]:
        beside += sorted(folder.glob(f".*{SUFFIX}"))
    for place in beside:
        record = read(place) if place.is_file() else None
        entry = record and record["outputs"].get(path.as_posix())
        if entry and untouched(path, entry):
            return entry["sha256"]
    return sha256_of(path)
