"""Bring a data set here, or verify a copy that is, and list its images in a manifest.

The only step, with `parameters`, that touches the network. The registry entry comes as JSON, so that
the workflow sees a changed entry and reruns just this data set.
"""

import argparse
import os
from importlib import import_module
from pathlib import Path

from unjpeg.config.registry import Dataset, from_json
from unjpeg.errors import UserError

WRITES, APART = ("manifest",), ("folder",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, help="name of the data set")
    parser.add_argument("--entry", required=True, help="its registry entry: JSON, or @FILE")
    parser.add_argument("--folder", required=True, type=Path, help="where downloads and images are kept")
    parser.add_argument("--manifest", required=True, type=Path, help="list of the images (written)")
    parser.add_argument("--retries", type=int, default=4, help="further attempts per mirror (default: 4)")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds without a byte (default: 60)")
    parser.add_argument(
        "--pause",
        type=float,
        default=1.0,
        help="seconds before the second attempt, then doubled (default: 1)",
    )


def run(args: argparse.Namespace) -> None:
    from unjpeg.manifest import Manifest
    from unjpeg.sources.survey import survey

    dataset = from_json(Dataset, args.entry, f"--entry of {args.dataset}")
    patience = {"retries": args.retries, "timeout": args.timeout, "pause": args.pause}
    try:
        gathered = import_module(f"unjpeg.sources.{dataset.module}").gather(dataset, args.folder, patience)
        images, left_out = survey(dataset, gathered)
    except UserError as error:
        raise UserError(f"{args.dataset}: {error}") from None
    Manifest(
        dataset=args.dataset,
        title=dataset.title,
        licence=dataset.licence,
        citation=dataset.citation,
        source="own copy" if dataset.path else dataset.source,
        colour=dataset.colour,
        root=str(gathered.root) if dataset.path else os.path.relpath(gathered.root, args.manifest.parent),
        images=images,
        made=gathered.made,
        left_out=left_out,
    ).save(args.manifest)
