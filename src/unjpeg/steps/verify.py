"""Does every result follow from its inputs and from this code? Names the first one that does not.

Reads the records that stand beside the results, every file that they name, and every image of the data
sets; needs neither Snakemake nor its memory (`.snakemake/`). Exit code 1: something does not hold.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from unjpeg.chain.records import records_in
from unjpeg.chain.verify import Chain, Fault, changed
from unjpeg.errors import UserError, unknown
from unjpeg.manifest import Manifest
from unjpeg.provenance import sha256_of

SHOWN = 20  # faults
RESULTS, RESOURCES = Path("results"), Path("resources")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", nargs="?", metavar="STUDY", help="folder under results/ (all of them)")
    parser.add_argument(
        "--accept",
        action="store_true",
        help="what was made by other code, and is true but for that, is taken as made by this code; "
        "goes with `snakemake --touch`",
    )


def run(args: argparse.Namespace) -> int:
    studies = _studies(args.study)
    chain = Chain.of([RESOURCES, *studies])
    nobody = [name for study in studies for name in chain.without_record(study)]
    faults = [*_images(chain), *_parameter_files(chain)]
    faults += [Fault(name, "no record: not made by this workflow, or its record was lost") for name in nobody]
    faults += chain.faults()
    if not chain.records and not faults:
        raise UserError(f"{', '.join(study.name for study in studies)}: no results, so nothing to verify")
    if args.accept and faults and all(fault.code for fault in faults):
        print(f"{chain.accept()} records accepted as made by this code; also run: snakemake --touch")
        return 0
    for fault in faults[:1]:
        print(f"false: {fault.path}: {fault.why}")
    for fault in faults[1:SHOWN]:
        print(f"  also {fault.path}: {fault.why}")
    if faults[SHOWN:]:
        print(f"  and {len(faults) - SHOWN} more")
    checked = sum(len(record["outputs"]) for record in chain.records.values())
    if absent := chain.absent():
        print(f"{len(absent)} files are not here any more and were not checked", file=sys.stderr)
    names = ", ".join(study.name for study in studies)
    print(f"{names}: {checked} files in {len(chain.records)} records, {len(faults) or 'nothing'} false")
    return 1 if faults else 0


def _studies(name: str | None) -> list[Path]:
    found = [path for path in sorted(RESULTS.glob("[!.]*")) if path.is_dir()]
    if name is None:
        if made := [path for path in found if records_in(path)]:
            return made
        raise UserError("results/: no study here that left records of its results")
    wanted = Path(name or "").name
    if match := [path for path in found if path.name == wanted]:
        return match
    raise unknown("study", wanted, [path.name for path in found], "results/")


def _images(chain: Chain) -> Iterator[Fault]:
    """Images that differ from the manifest of their data set."""
    for name in _made_by(chain, "fetch"):
        manifest = Manifest.load(name)
        for image in manifest.images:
            try:
                manifest.bytes(image)
            except UserError as error:
                yield Fault(name, str(error))


def _parameter_files(chain: Chain) -> Iterator[Fault]:
    """Parameter files that differ from their lists, and results made with others than those listed."""
    listed = {}
    for name in _made_by(chain, "parameters"):
        for row in json.loads(Path(name).read_text("utf-8"))["files"]:
            path = Path(name).parent / row["path"]
            listed[row["file"]] = row["sha256"]
            if path.is_file() and sha256_of(path) != row["sha256"]:
                yield Fault(name, f"{path}: changed since it was listed")
    for name in [*_made_by(chain, "score", ".json"), *_made_by(chain, "train", "card.json")]:
        made = json.loads(Path(name).read_text("utf-8"))
        for file, digest in made.get("scored", made)["files"].items():
            if listed.get(file, digest) != digest:
                yield Fault(name, f"made with another {file} than the one that is here")


def _made_by(chain: Chain, verb: str, ending: str = "") -> list[str]:
    """Files that a verb made, and that are here and whole."""
    records = [record for record in chain.records.values() if record["verb"] == verb]
    names = [(name, entry) for record in records for name, entry in record["outputs"].items()]
    return [n for n, entry in names if n.endswith(ending) and Path(n).is_file() and not changed(n, entry)]
