"""Features of the detector: `dct.histograms` against the literal definition, on one photograph's tiles.

    python benchmarks/features.py [IMAGE]

One thread, processor time, the same tiles in the same run; the numbers must agree.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.fft import dctn
from scipy.special import expit
from skimage import data

from unjpeg.dct import histograms, tiles
from unjpeg.images import luma_full, read_uint8

ROUNDS = 20


def literal(tile: np.ndarray) -> np.ndarray:
    """calebtham/deJPEG's preprocess.ipynb: a DCT per block, 121 mean sigmoids, their differences."""
    rows, columns = (range(0, side, 8) for side in tile.shape)
    blocks = [dctn(tile[r : r + 8, c : c + 8].astype(float), norm="ortho") for r in rows for c in columns]
    found = np.array([block.ravel() for block in blocks])
    means = np.stack([expit(1e6 * (found - b)).mean(0) for b in range(-60, 61)])
    return means[:-1] - means[1:]


def main() -> None:
    pixels = read_uint8(Path(sys.argv[1])) if len(sys.argv) > 1 else data.astronaut()
    cut = tiles(luma_full(pixels))
    difference = max(np.abs(histograms(tile)[:, :64] - literal(tile)).max() for tile in cut)
    seconds = {}
    for name, function, rounds in (("literal", literal, 2), ("dct.histograms", histograms, ROUNDS)):
        start = time.process_time()
        for _ in range(rounds):
            for tile in cut:
                function(tile)
        seconds[name] = (time.process_time() - start) / rounds / len(cut)
    print(f"{len(cut)} tiles of 256x256, largest difference {difference:.1e}\n")
    print("| features | ms per tile | ratio |\n|---|---:|---:|")
    for name, used in seconds.items():
        print(f"| {name} | {1000 * used:.1f} | {seconds['literal'] / used:.0f} |")


if __name__ == "__main__":
    main()
