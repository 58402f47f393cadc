"""A JPEG file's own planes, each filtered at the size at which it is stored, with its own table."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from unjpeg.images import read_uint8

# JFIF: R, G, B of (Y, Cb - 128, Cr - 128), full range.
_RGB = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]], np.float32)
Filter = Callable[[np.ndarray, np.ndarray], np.ndarray]


def filtered(data: bytes, filter: Filter) -> np.ndarray:
    """JPEG bytes -> uint8 (H, W, C); an image of another format comes back as it is.

    filter: float32 (H, W) in 0..255 and the table, float32 (8, 8), row by row -> float (H, W). Subsampled
    chroma is averaged back to its stored size, and only what the filter changed there is brought up again,
    so that the decoder's interpolation stays. Of several compressions a file tells the last one's tables.
    """
    with Image.open(io.BytesIO(data)) as image:
        if image.format != "JPEG":
            return read_uint8(data)
        image.draft("L" if image.mode == "L" else "YCbCr", image.size)
        tables, layers = image.quantization, image.layer  # (id, horizontal, vertical, table) each
        pixels = np.atleast_3d(np.asarray(image)).astype(np.float32)
    across, down = (max(layer[k] for layer in layers) for k in (1, 2))
    for k, (_, h, v, table) in enumerate(layers):
        factors = (down // v, across // h)
        stored = _reduced(pixels[..., k], factors)
        change = filter(stored, np.array(tables[table], np.float32).reshape(8, 8)) - stored
        pixels[..., k] += _repeated(change, factors)[: len(pixels), : pixels.shape[1]]
    if pixels.shape[2] == 3:
        pixels = (pixels - [0, 128, 128]) @ _RGB.T
    return np.rint(np.clip(pixels, 0, 255)).astype(np.uint8)


def _reduced(plane: np.ndarray, factors: tuple[int, int]) -> np.ndarray:
    """Means over boxes of `factors`; the last row and column stand for what is missing."""
    down, across = factors
    plane = np.pad(plane, ((0, -len(plane) % down), (0, -plane.shape[1] % across)), "edge")
    return plane.reshape(len(plane) // down, down, -1, across).mean((1, 3))


def _repeated(plane: np.ndarray, factors: tuple[int, int]) -> np.ndarray:
    return plane.repeat(factors[0], 0).repeat(factors[1], 1)
