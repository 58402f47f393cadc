"""Restore a set of degraded images with a trained model."""

import argparse
import json
from pathlib import Path

PACKAGES = ("unjpeg", "Pillow", "numpy", "torch")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, type=Path, help="folder of a trained model")
    parser.add_argument("--images", required=True, type=Path, help="HDF5 that `unjpeg compress` wrote")
    parser.add_argument("--output", required=True, type=Path, help="HDF5 of PNG bytes")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="where to run (cpu)")


def run(args: argparse.Namespace) -> None:
    from unjpeg import record
    from unjpeg.images import png
    from unjpeg.restorer import Restorer
    from unjpeg.store.encoded import Encoded, write_encoded

    restorer = Restorer(args.model, args.device)
    with Encoded(args.images) as images:
        kept = {k: v for k, v in images.attrs.items() if k != "digest"}
        items = ((name, png(restorer(images.read(name)))) for name in images.names)
        made = record.job(PACKAGES, _name(restorer.device))
        named = {"model": restorer.card["model"], "run": restorer.card["run"]}
        write_encoded(args.output, items, {**kept, **named, "restored_with": json.dumps(made)})


def _name(device) -> str:
    """The GPU's name, or the processor's kind."""
    import torch

    from unjpeg import record

    return torch.cuda.get_device_name(device) if device.type == "cuda" else record.cpu()
