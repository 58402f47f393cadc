"""What is kept of an image to find it again: a digest, a thumbnail, and points with bits of what is there.

The points are SIFT's (D. Lowe, IJCV 60(2), 2004), because they are chosen by what is near them alone: a
crop has the points of its image. Their bits are signs of random projections (M. Charikar, STOC 2002).
"""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from unjpeg.images import check_uint8

SIDE = 32
CONTRAST = 0.02
WORDS, BITS = 16, 28
# Mean root of a SIFT entry by direction (from the point's own on, by 45 degrees), over photographs.
CENTRE = np.tile(np.array([0.109, 0.073, 0.052, 0.056, 0.067, 0.056, 0.052, 0.073], np.float32), 16)
_PLANES = np.random.default_rng(0).standard_normal((128, WORDS * BITS)).astype(np.float32)


@dataclass(frozen=True)
class Fingerprint:
    """Of one image.

    thumbnail: float32 (32, 32), mean 0, norm 1, or all 0 for a flat image.
    points: float32 (N, 4): x and y in pixels, size in pixels, angle in radians.
    words: uint32 (N, 16), of 28 bits each.
    """

    digest: str
    thumbnail: np.ndarray
    points: np.ndarray
    words: np.ndarray


def gray(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W) of uint8 (H, W, 1 or 3)."""
    check_uint8(pixels)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.shape[2] == 3 else pixels[..., 0]


def fingerprint(pixels: np.ndarray) -> Fingerprint:
    """Of uint8 (H, W, 1 or 3)."""
    digest = hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
    plane = gray(pixels)
    return Fingerprint(digest, _thumbnail(plane), *_points(plane))


def _thumbnail(plane: np.ndarray) -> np.ndarray:
    small = cv2.resize(plane, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= small.mean()
    norm = np.linalg.norm(small)
    return small / norm if norm > SIDE else np.zeros_like(small)


def _points(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SIFT doubles an image first: it gets the half, whose finest details JPEG and resizing leave alone."""
    height, width = plane.shape
    half = cv2.resize(plane, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    found, descriptors = cv2.SIFT_create(contrastThreshold=CONTRAST).detectAndCompute(half, None)
    if descriptors is None:
        return np.zeros((0, 4), np.float32), np.zeros((0, WORDS), np.uint32)
    x, y = width / half.shape[1], height / half.shape[0]
    points = [
        ((p.pt[0] + 0.5) * x - 0.5, (p.pt[1] + 0.5) * y - 0.5, 2 * p.size, np.radians(p.angle)) for p in found
    ]
    return np.array(points, np.float32), _words(descriptors)


def _words(descriptors: np.ndarray) -> np.ndarray:
    """uint32 (N, 16): near descriptors share some of their words."""
    roots = np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1))
    signs = (roots - CENTRE) @ _PLANES > 0
    return np.packbits(signs.reshape(-1, WORDS, BITS), axis=2).view(np.uint32)[..., 0]
