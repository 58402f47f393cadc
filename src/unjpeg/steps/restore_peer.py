"""Restore a set of degraded images with a peer: without training, from the files' own bytes."""

import argparse
import json
from pathlib import Path

PACKAGES = ("unjpeg", "Pillow", "numpy", "scipy")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peer", required=True, help="file name under peers/")
    parser.add_argument("--images", required=True, type=Path, help="HDF5 that `unjpeg compress` wrote")
    parser.add_argument("--output", required=True, type=Path, help="HDF5 of PNG bytes")


def run(args: argparse.Namespace) -> None:
    from unjpeg import peers, record
    from unjpeg.images import png
    from unjpeg.peers import ffmpeg
    from unjpeg.store.encoded import Encoded, write_encoded

    peer = peers.load(args.peer, "--peer")
    with Encoded(args.images) as images:
        kept = {k: v for k, v in images.attrs.items() if k != "digest"}
        items = ((name, png(peer.restore(images.bytes(name)))) for name in images.names)
        made = record.job(PACKAGES, record.cpu())
        if peer.CARD["needs"] == "ffmpeg":
            made["versions"]["ffmpeg"] = ffmpeg.version()
        write_encoded(args.output, items, {**kept, "model": args.peer, "restored_with": json.dumps(made)})
