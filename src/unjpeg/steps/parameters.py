"""Bring the parameter files of a metric or loss here, so that no other job touches the network.

Files land where pyiqa and torch.hub look when TORCH_HOME is the folder. An own copy is verified and
copied to that place, under the name that those libraries expect.
"""

import argparse
import json
import os
import shutil
from pathlib import Path

from unjpeg.atomic import replacing, write_text
from unjpeg.config.registry import Metric, Parameter, from_json
from unjpeg.errors import UserError

APART = ("folder",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--metric", required=True, help="name of the entry in config/metrics.yaml")
    parser.add_argument("--entry", required=True, help="its entry: JSON, or @FILE")
    parser.add_argument(
        "--wanted-by", help="who reads the files, for the line that says why they are missing"
    )
    parser.add_argument("--folder", required=True, type=Path, help="such as resources/metrics")
    parser.add_argument(
        "--output", required=True, type=Path, help="JSON: the files and their sha256 (written)"
    )
    parser.add_argument("--retries", type=int, default=4, help="further attempts per mirror (default: 4)")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds without a byte (default: 60)")
    parser.add_argument(
        "--pause",
        type=float,
        default=1.0,
        help="seconds before the second attempt, then doubled (default: 1)",
    )


def run(args: argparse.Namespace) -> None:
    from unjpeg.sources.ledger import Ledger
    from unjpeg.sources.web import fetch

    metric = from_json(Metric, args.entry, f"--entry of {args.metric}")
    rows = []
    for parameter in metric.files:
        ledger = Ledger(args.folder / parameter.place)
        try:
            if parameter.path:
                digest = _own(parameter, ledger.folder)
            else:
                fetch(parameter, parameter.urls, ledger, args.retries, args.timeout, args.pause)
                digest = ledger.files[parameter.file]
        except UserError as error:
            wanted = f"wanted by {args.wanted_by}" if args.wanted_by else ""
            raise UserError("; ".join(filter(None, (str(error), wanted, metric.note)))) from None
        path = os.path.normpath(os.path.join(parameter.place, parameter.file))
        rows.append(
            {"file": parameter.file, "path": path, "sha256": digest, "own_copy": bool(parameter.path)}
        )
    write_text(args.output, json.dumps({"metric": args.metric, "files": rows}, indent=1) + "\n")


def _own(parameter: Parameter, folder: Path) -> str:
    """sha256 of the user's file, which then also stands in `folder` under the expected name."""
    from unjpeg.provenance import sha256_of

    source = Path(parameter.path).expanduser()
    if not source.is_file():
        raise UserError(f"{source}: no such file (own copy of {parameter.file})")
    digest = sha256_of(source)
    want = parameter.sha256 or parameter.sha256_prefix or ""
    if not digest.startswith(want):
        raise UserError(
            f"{source}: sha256 is {digest}, want {want}; where other bytes are meant, set sha256 beside path"
        )
    target = folder / parameter.file
    if not target.is_file() or sha256_of(target) != digest:
        with replacing(target) as part:
            shutil.copyfile(source, part)
    return digest
