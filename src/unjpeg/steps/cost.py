"""Measure what a trained model costs: multiply-adds, time per megapixel and memory, on this machine."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, type=Path, help="folder of a trained model")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="where to run (cpu)")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU (1)")
    parser.add_argument("--output", required=True, type=Path, help="JSON to write")


def run(args: argparse.Namespace) -> None:
    """Writes one object; its numbers differ from run to run."""
    import json

    import torch

    from unjpeg.atomic import write_text
    from unjpeg.card import read_card
    from unjpeg.cost.count import multiply_adds
    from unjpeg.cost.measure import SIDE, grown, per_megapixel, picture, processor, resident
    from unjpeg.inference import TILE, check_device
    from unjpeg.restorer import Restorer

    check_device(args.device)
    torch.set_num_threads(args.threads)
    card, cuda = read_card(args.model), args.device == "cuda"
    counted = multiply_adds(card["arch"], card["channels"], card["settings"], SIDE)
    pixels = picture(card["channels"])
    torch.nn.Conv2d(3, 8, 3).to(args.device)(torch.zeros(1, 3, 64, 64, device=args.device))  # loads libraries
    before = torch.cuda.memory_allocated() / 2**20 if cuda else resident()
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    restorer = Restorer(args.model, args.device)
    restorer(pixels)
    memory = torch.cuda.max_memory_allocated() / 2**20 - before if cuda else grown(before)
    record = {
        "model": card["model"],
        "parameters": sum(p.numel() for p in restorer.model.parameters()),
        "multiply_adds": counted,
        **per_megapixel(lambda: restorer(pixels)),
        "memory": memory,
        "tile": TILE if restorer.halo is not None else None,
        "channels": card["channels"],
        "device": torch.cuda.get_device_name() if cuda else processor(),
        "threads": torch.get_num_threads(),
    }
    write_text(args.output, json.dumps(record, indent=1) + "\n")
