"""Time SSIM against pyiqa's on the same pair in the same run: `python benchmarks/metrics.py`.

One thread, median seconds of a call, values side by side. Needs no file and no network.
"""

import argparse
import platform
import statistics
import time
from importlib.metadata import version

import numpy as np
from skimage import data

from unjpeg import images, jpeg, torchvision_shim
from unjpeg.degradation import parse
from unjpeg.metrics import protocol, ssim


def median(runs: int, function, *arguments) -> tuple[float, float]:
    """(value, median seconds) of a call; one call more warms up."""
    value, seconds = float(function(*arguments)), []
    for _ in range(runs):
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return value, statistics.median(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="timed calls of each (default 5)")
    runs = parser.parse_args().runs
    torchvision_shim.ensure()
    import pyiqa
    import torch

    torch.set_num_threads(1)
    photo = np.ascontiguousarray(np.hstack([data.astronaut(), data.astronaut()[:, 256:]]))
    print(f"{platform.processor() or platform.machine()}, 1 thread, {photo.shape[1]}x{photo.shape[0]}")
    print(f"unjpeg against pyiqa {version('pyiqa')}, torch {version('torch')}, scipy {version('scipy')}")
    for text, theirs in (("gray-q10", "ssim"), ("q10", "ssimc")):
        degradation = parse(text)
        image = images.read_uint8(jpeg.degrade(photo, degradation))
        reference = jpeg.reference(photo, degradation)
        named = protocol.default_for(degradation)
        metric = pyiqa.create_metric(theirs, device="cpu")
        tensors = [torch.from_numpy(images.to_float32(x))[None] for x in (image, reference)]
        ours, quick = median(runs, ssim.score, image, reference, named)
        peer, slow = median(runs, metric, *tensors)
        values = f"ours {ours:.6f} {quick:.3f} s   pyiqa's {theirs} {peer:.6f} {slow:.3f} s"
        print(f"{text:9} {values}   {slow / quick:.0f} times faster")


if __name__ == "__main__":
    main()
