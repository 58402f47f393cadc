"""DCT coefficients below half a quantisation step are dropped, in all 64 grids, and the results averaged.

Nosratinia, "Enhancement of JPEG-compressed images by re-application of JPEG", 2001, averages over all shifts
of the grid, which leaves no grid; cycle spinning, Coifman and Donoho 1995. Three changes, each measured
(docs/log.md): coefficients are dropped instead of quantised again; a block counts by one over the number of
those that are left (Guleryuz, "Weighted overcomplete denoising", 2003); and in the file's own grid the result
stays near the file's coefficients (narrow quantisation constraint, Park and Lee 1999). The two numbers were
chosen on training images of CID22.
"""

import numpy as np

from unjpeg.peers.planes import filtered

CARD = {"title": "DCT smoother", "source": "Nosratinia, J. VLSI Signal Process. 27, 2001", "needs": ""}
DROPPED = 0.5  # below so many steps
KEPT = 0.3  # at most so many steps from the file's coefficient
_DCT = np.array(
    [
        [np.sqrt((2 - (k == 0)) / 8) * np.cos((2 * n + 1) * k * np.pi / 16) for n in range(8)]
        for k in range(8)
    ],
    np.float32,
)


def restore(data: bytes) -> np.ndarray:
    """Bytes of an image -> uint8 (H, W, C)."""
    return filtered(data, smooth)


def smooth(plane: np.ndarray, table: np.ndarray) -> np.ndarray:
    """float32 (H, W) in 0..255, quantisation table (8, 8) -> float32 (H, W)."""
    height, width = plane.shape
    rows, columns = -(-height // 8) * 8, -(-width // 8) * 8
    margins = ((7, 8 + rows - height), (7, 8 + columns - width))
    wide = np.pad(plane - 128, margins, "symmetric")  # any size: the reflection is repeated
    total, weights = np.zeros((2, height, width), np.float32)
    for down in range(8):
        bands = wide[7 - down : 15 - down + rows].reshape(-1, 8, wide.shape[1])
        vertical = _DCT @ bands  # (bands, 8, width)
        for right in range(8):
            part = vertical[..., 7 - right : 15 - right + columns]
            blocks = part.reshape(len(part), 8, -1, 8) @ _DCT.T  # (bands, 8, blocks, 8)
            kept = np.abs(blocks) > DROPPED * table[:, None, :]
            kept[:, 0, :, 0] = True
            weight = 1 / kept.sum((1, 3), dtype=np.float32)  # (bands, blocks)
            blocks *= kept * weight[:, None, :, None]
            back = (_DCT.T @ (blocks @ _DCT).reshape(len(part), 8, -1)).reshape(-1, part.shape[-1])
            inside = slice(down, down + height), slice(right, right + width)
            total += back[inside]
            weights += weight.repeat(8, 0).repeat(8, 1)[inside]
    return _near(total / weights + 128, plane, table)


def _near(result: np.ndarray, plane: np.ndarray, table: np.ndarray) -> np.ndarray:
    """`result`, no coefficient further than `KEPT` steps from what the file says."""
    step = table[:, None, :]
    file = np.rint(_coefficients(plane) / step) * step
    blocks = np.clip(_coefficients(result), file - KEPT * step, file + KEPT * step)
    back = _DCT.T @ (blocks @ _DCT).reshape(len(blocks), 8, -1)
    return back.reshape(-1, back.shape[-1])[: plane.shape[0], : plane.shape[1]] + 128


def _coefficients(plane: np.ndarray) -> np.ndarray:
    """(H, W) -> (bands, 8, blocks, 8), the last rows and columns repeated to whole blocks."""
    height, width = plane.shape
    wide = np.pad(plane - 128, ((0, -height % 8), (0, -width % 8)), "edge")
    bands = _DCT @ wide.reshape(len(wide) // 8, 8, -1)
    return bands.reshape(len(bands), 8, -1, 8) @ _DCT.T
