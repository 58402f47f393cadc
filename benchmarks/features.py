"""Features of the detector: `dct.histograms` against the literal definition, on one photograph's tiles."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from benchmarks.photographs import photographs
from benchmarks.ratio import Row, in_turns
from scipy.fft import dctn
from scipy.special import expit

from unjpeg.dct import histograms, tiles
from unjpeg.images import luma_full

AREA = "features of the detector"


def rows(folder: Path | None, repeats: int) -> Iterator[Row]:
    cut = tiles(luma_full(photographs(folder, 1)[0]))[:4]
    assert max(np.abs(histograms(tile)[:, :64] - literal(tile)).max() for tile in cut) < 1e-8

    def all_by(function) -> None:
        for tile in cut:
            function(tile)

    seconds = in_turns(lambda: all_by(histograms), lambda: all_by(literal), repeats)
    yield Row(AREA, "`dct.histograms`", "deJPEG's notebook, literally", *seconds, len(cut), "tiles", 1)


def literal(tile: np.ndarray) -> np.ndarray:
    """calebtham/deJPEG's preprocess.ipynb: a DCT per block, 121 mean sigmoids, their differences."""
    rows, columns = (range(0, side, 8) for side in tile.shape)
    blocks = [dctn(tile[r : r + 8, c : c + 8].astype(float), norm="ortho") for r in rows for c in columns]
    found = np.array([block.ravel() for block in blocks])
    means = np.stack([expit(1e6 * (found - b)).mean(0) for b in range(-60, 61)])
    return means[:-1] - means[1:]
