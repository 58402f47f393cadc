"""Score a folder of clean images: degrade, restore with a trained model, a peer or none, compare.

Outside any study, with the code of the rules. Writes the columns of a study's scores.csv and prints the
means. Images are taken as they are, so the folder must hold lossless originals.
"""

import argparse
import os
from functools import partial
from pathlib import Path

import numpy as np

from unjpeg import zoo
from unjpeg.atomic import write_text
from unjpeg.consistency import consistent
from unjpeg.degradation import Degradation, parse
from unjpeg.errors import UserError
from unjpeg.folder import images_in
from unjpeg.foreign import read_foreign
from unjpeg.images import read_uint8
from unjpeg.jpeg import degrade
from unjpeg.jpegfacts import facts
from unjpeg.metrics import load, protocol
from unjpeg.metrics.score import mean
from unjpeg.outputs import check_table, led_to
from unjpeg.photos.flags import ensemble
from unjpeg.quantised import quantised
from unjpeg.scoring import COLUMNS, check_metrics, rows, to_csv


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of clean images")
    parser.add_argument(
        "--degradation", required=True, nargs="+", type=parse, help="such as gray-q10 q10 q50+q10"
    )
    parser.add_argument("--protocol", help="gray-matlab, color-420, ... (what fits the degradation)")
    restorer = parser.add_mutually_exclusive_group()
    restorer.add_argument("--model", default="none", help="name or folder of a trained model, or none")
    restorer.add_argument("--peer", help="or a restoration without training, such as smooth")
    parser.add_argument(
        "--consistent",
        action="store_true",
        help="keep the model's result to the JPEG file, as `restore` does",
    )
    ensemble(parser)
    parser.add_argument(
        "--metrics", nargs="+", default=["psnr", "ssim", "psnr_b"], help="psnr ssim psnr_b ..."
    )
    parser.add_argument(
        "--parameters", type=Path, help="folder of metric parameter files (resources/metrics)"
    )
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="where the model runs (cpu)")
    parser.add_argument("--out", required=True, type=Path, help="CSV to write; replaces only scores")


def run(args: argparse.Namespace) -> None:
    if args.parameters:
        os.environ["UNJPEG_METRICS"] = str(args.parameters)
    check_metrics(args.metrics)
    used = {
        d: protocol.named(args.protocol) if args.protocol else protocol.default_for(d)
        for d in args.degradation
    }
    for degradation, chosen in used.items():
        protocol.check(chosen, degradation)
    check_out = partial(check_table, args.out, COLUMNS, "value", "scores", "--out")
    check_out()
    for option in ("--consistent",) * args.consistent + ("--ensemble",) * (args.ensemble > 1):
        if args.peer or args.model == "none":
            raise UserError(f"{option}: for a --model, not for {args.peer or 'none'}")
    images = images_in(args.folder)
    study, model, restore = _peer(args.peer) if args.peer else _restorer(args)
    blind = [m for m in args.metrics if not load(m).CARD.reference]  # mean nothing without JPEG and original
    labels = {"study": study, "model": model, "set": args.folder.resolve().name}
    table = []
    for name, path in images.items():
        _, clean = read_foreign(path, args.folder)
        for degradation, chosen in used.items():
            data = degrade(clean, degradation)
            table += rows(labels, name, restore(data), clean, degradation, chosen, args.metrics)
            if blind and model != "none":
                jpeg = {**labels, "model": "none"}
                table += rows(jpeg, name, read_uint8(data), clean, degradation, chosen, blind)
    for degradation, chosen in used.items():
        for shown in dict.fromkeys([model, *(row["model"] for row in table)]):
            print(_means(table, shown, degradation, chosen.name, len(images)))
    check_out()  # it may have come meanwhile
    write_text(led_to(args.out), to_csv(table))


def _peer(name: str) -> tuple:
    """(study, name, function bytes -> uint8)."""
    from unjpeg.peers import load as load_peer

    return "-", name, load_peer(name, "--peer").restore


def _restorer(args: argparse.Namespace) -> tuple:
    """(study, name, function bytes -> uint8)."""
    if args.model == "none":
        return "-", "none", read_uint8
    from unjpeg.ensemble import ensembled
    from unjpeg.restorer import Restorer

    folder = zoo.find(args.model, "restore")
    parts, restorer = folder.resolve().parts, ensembled(Restorer(folder, args.device), args.ensemble)
    name = restorer.card["model"] + (f"+x{args.ensemble}" if args.ensemble > 1 else "")
    study = parts[-3] if parts[-2:-1] == ("models",) else "-"
    if not args.consistent:
        return study, name, lambda data: restorer(read_uint8(data))

    def kept(data: bytes) -> np.ndarray:
        pixels, file = restorer(read_uint8(data)), quantised(data) if facts(data) else None
        return consistent(pixels, file)[0] if file else pixels

    return study, f"{name}+file", kept


def _means(table: list[dict], model: str, degradation: Degradation, chosen: str, count: int) -> str:
    by_image = {}
    for row in table:
        if row["degradation"] == str(degradation) and row["model"] == model:
            by_image.setdefault(row["image"], {})[row["metric"]] = row["value"]
    means = mean(list(by_image.values()))
    return f"{model} {degradation} {chosen} {count} images: " + ", ".join(
        f"{k} {v:.4f}" for k, v in means.items()
    )
