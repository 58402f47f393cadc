"""Time our scoring against pyiqa metric by metric: `python benchmarks/scoring.py [DIR] [--parameters DIR]`.

The same images in the same run on one thread: quality 10, 4:2:0, in RGB. pyiqa is used as its users do:
one `create_metric` each, then a call per image; both start from uint8. The row `all` is all metrics of the
rows above, ours with PSNR-B, which pyiqa lacks. Prints Markdown: median seconds of processor time per
image, and the ratio. Without DIR: photographs of scikit-image. Needs no network. Metrics whose parameter
files are not at hand are named and left out on both sides.
"""

import argparse
import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from skimage import data

from unjpeg import images, jpeg, metrics, parameters, torchvision_shim
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.metrics import protocol
from unjpeg.metrics.score import score_all

THEIRS = {"ssim": "ssimc", "lpips_squeeze": "lpips"}  # where pyiqa has another name; it has no PSNR-B
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="lossless photographs, such as Kodak's")
    parser.add_argument("--parameters", type=Path, help="folder of metric parameter files")
    parser.add_argument("--rounds", type=int, default=1, help="times that every image is scored (default 1)")
    args = parser.parse_args()
    if args.parameters:
        os.environ[parameters.VARIABLE] = str(args.parameters)
    torch.set_num_threads(1)
    torchvision_shim.ensure()
    pairs, named = _pairs(args.folder), protocol.named("color-420")
    names = [name for name in metrics.names() if _at_hand(name)]
    peers = {name: peer for name in names if (peer := _peer(name))}
    ours = {name: [] for name in names} | {"all": []}
    theirs = {name: [] for name in peers} | {"all": []}
    for name, peer in peers.items():  # sets both up
        score_all(*pairs[0], named, [name])
        peer(*pairs[0])
    for image, reference in pairs * args.rounds:
        for name in names:
            ours[name].append(_seconds(score_all, image, reference, named, [name]))
            if name in peers:
                theirs[name].append(_seconds(peers[name], image, reference))
        ours["all"].append(_seconds(score_all, image, reference, named, names))
        theirs["all"].append(sum(_seconds(peer, image, reference) for peer in peers.values()))
    size = " ".join(sorted({f"{x.shape[1]}x{x.shape[0]}" for x, _ in pairs}))
    print(f"{platform.processor() or platform.machine()}, 1 thread, {len(pairs)} images {size}, pyiqa")
    print(f"{version('pyiqa')}, torch {version('torch')}, scipy {version('scipy')}\n")
    print("| metric | unjpeg, s/image | pyiqa, s/image | times faster |\n|---|---:|---:|---:|")
    for name in ours:
        mine, peer = statistics.median(ours[name]), statistics.median(theirs.get(name, [float("nan")]))
        print(f"| {name} | {mine:.4f} | {peer:.4f} | {peer / mine:.2f} |")


def _pairs(folder: Path | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """(JPEG, clean), uint8 (H, W, 3)."""
    if folder:
        clean = [images.read_uint8(p) for p in sorted(folder.iterdir()) if p.suffix in images.SUFFIXES]
    else:
        clean = [np.ascontiguousarray(getattr(data, name)()) for name in PHOTOS]
    return [(images.read_uint8(jpeg.degrade(x, parse("q10"))), x) for x in clean]


def _at_hand(name: str) -> bool:
    try:
        parameters.check_files(name, metrics.load(name).CARD.files, parameters.folder())
    except UserError as error:
        print(f"left out: {error}\n")
        return False
    return True


def _peer(name: str):
    """pyiqa's metric of uint8 arrays, or None where it has none."""
    import pyiqa

    card = metrics.load(name).CARD
    if name == "psnr_b":
        return None
    os.environ["TORCH_HOME"] = str(parameters.folder())
    options = {"pretrained_model_path": str(parameters.folder() / card.files[-1])} if card.files else {}
    # Drawn features take as long as trained ones; torchvision would want the classifier's weights too.
    options |= {"net": "squeeze", "pnet_rand": True} if name == "lpips_squeeze" else {}
    metric = pyiqa.create_metric(THEIRS.get(name, name), device="cpu", **options)

    def call(image: np.ndarray, reference: np.ndarray) -> float:
        pair = (image, reference) if card.reference else (image,)
        return metric(*(torch.from_numpy(images.to_float32(x))[None] for x in pair)).item()

    return call


def _seconds(function, *arguments) -> float:
    """Processor time of a call: on one thread that of the clock, but for what others do on the machine."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


if __name__ == "__main__":
    main()
