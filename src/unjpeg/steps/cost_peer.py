"""Measure what a peer costs: time per megapixel of colour and memory, on this machine."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peer", required=True, help="file name under peers/")
    parser.add_argument("--output", required=True, type=Path, help="JSON to write")


def run(args: argparse.Namespace) -> None:
    """Writes one object; its numbers differ from run to run. Memory of another program is not known."""
    import json
    import os

    os.environ.update(
        dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    )  # numpy reads them once
    from unjpeg import peers
    from unjpeg.atomic import write_text
    from unjpeg.cost.measure import grown, per_megapixel, picture, processor, resident
    from unjpeg.degradation import parse
    from unjpeg.jpeg import degrade

    peer = peers.load(args.peer, "--peer")
    data = degrade(picture(3), parse("q10"))
    before = resident()
    peer.restore(data)
    record = {
        "model": args.peer,
        "parameters": None,
        "multiply_adds": None,
        **per_megapixel(lambda: peer.restore(data)),
        "memory": None if peer.CARD["needs"] else grown(before),
        "tile": None,
        "channels": 3,
        "device": processor(),
        "threads": 1,
    }
    write_text(args.output, json.dumps(record, indent=1) + "\n")
