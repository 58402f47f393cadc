"""Print the card of every metric, or of those named: direction, range, unit, colour, version, files.

A parameter file that is at hand is shown with its sha256; one that is not, with what brings it here.
"""

import argparse
import os
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("metrics", nargs="*", metavar="METRIC", help="psnr ssim ... (all)")
    parser.add_argument(
        "--parameters", type=Path, help="folder of metric parameter files (resources/metrics)"
    )


def run(args: argparse.Namespace) -> None:
    from unjpeg import metrics, parameters

    if args.parameters:
        os.environ[parameters.VARIABLE] = str(args.parameters)
    names = args.metrics or metrics.names()
    print("\n\n".join(_described(metrics.load(name).CARD, parameters.folder()) for name in names))


def _described(card, where: Path) -> str:
    rows = {
        "better": card.better,
        "range": f"{card.bounds} {card.unit}".strip(),
        "reference": "needed" if card.reference else "none",
        "colour": card.color,
        "smallest": f"{card.min_side} pixels a side",
        "definition": card.source,
        "computed by": card.implementation,
    }
    lines = [f"{card.name}: {card.title}", *(f"  {key:<12}{text}" for key, text in rows.items())]
    return "\n".join([*lines, *(f"  {'file':<12}{_found(card.name, file, where)}" for file in card.files)])


def _found(name: str, file: str, where: Path) -> str:
    from unjpeg.errors import UserError
    from unjpeg.parameters import check_files
    from unjpeg.provenance import sha256_of

    try:
        check_files(name, [file], where)
    except UserError as error:
        return f"missing: {error}"
    return f"{file} sha256 {sha256_of(where / file)}"
