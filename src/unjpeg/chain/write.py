"""The record of a verb that has just ended well."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from unjpeg import atomic, record
from unjpeg.chain.records import digest_of_file, entry_of, record_of
from unjpeg.provenance import PACKAGE, code_digest

PACKAGES = {
    "torch": "torch",
    "lightning_fabric": "lightning-fabric",
    "numpy": "numpy",
    "PIL": "Pillow",
    "h5py": "h5py",
    "pandas": "pandas",
    "pyiqa": "pyiqa",
    "matplotlib": "matplotlib",
}
WRITES = ("output",)
APART = ()


def write(step: ModuleType, verb: str, argv: list[str], args: argparse.Namespace) -> None:
    """One record for what `verb` wrote, beside the first of its outputs.

    A step names the options that it writes to in `WRITES` (`output`), and folders of its own, whose files
    nobody else counts on, in `APART`; all other paths among its options are what it read.
    """
    writes, apart = getattr(step, "WRITES", WRITES), getattr(step, "APART", APART)
    places, folders = ([getattr(args, name) for name in names] for names in (writes, apart))
    folders = [folder for folder in folders if folder]
    outputs = [p for p in atomic.written if p in places or not any(p.is_relative_to(f) for f in folders)]
    if not outputs:  # of the processes of one training the first writes
        return
    read = [value for name, value in vars(args).items() if name not in (*writes, *apart)]
    inputs = [path for value in read for path in _files(value)]
    found = {
        "verb": verb,
        "argv": argv,
        "inputs": {path.as_posix(): digest_of_file(path) for path in inputs},
        "outputs": {path.as_posix(): entry_of(path) for path in dict.fromkeys(outputs)},
        "code": {name: code_digest(name) for name in sorted(sys.modules) if _makes_results(name)},
        **record.job([dist for name, dist in PACKAGES.items() if name in sys.modules], _device(args)),
    }
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    atomic.write_text(record_of(places[0], verb), text)


def _files(value: object) -> Iterator[Path]:
    """The files that an option's value names; of a folder those that are not hidden."""
    for path in value if isinstance(value, list) else [value]:
        if isinstance(path, Path) and path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
        elif isinstance(path, Path) and path.is_file():
            yield path


def _makes_results(module: str) -> bool:
    """Modules of this package, without those that only parse, and record."""
    outside = (f"{PACKAGE}.cli", f"{PACKAGE}.__main__", f"{PACKAGE}.record", f"{PACKAGE}.chain")
    return module.split(".")[0] == PACKAGE and not module.startswith(outside)


def _device(args: argparse.Namespace) -> str:
    asked = getattr(args, "device", "cpu")
    if asked == "auto":
        return "cuda" if sys.modules["torch"].cuda.is_available() else "cpu"
    return asked
