"""How one image lies on another, and whether the two then show the same pixels."""

import cv2
import numpy as np

AGREE = 4
MOST = 64  # pairs of points that are tried
OVERLAP = 32 * 32  # pixels
FINE, COARSE = 1.5, 8.0  # pixels, sigmas of the band that is compared
SCALES = 16  # the most that one image may be enlarged against the other


def placed(test: np.ndarray, train: np.ndarray) -> np.ndarray | None:
    """Similarity (2, 3) from pixels of a test image to a training image's that 4 pairs agree on, or None.

    test, train: points (N, 4) in pairs. A pair alone gives a similarity, since points have size and angle;
    the one that most pairs follow is then fitted to them.
    """
    some = np.unique(np.linspace(0, len(test) - 1, MOST).astype(int))
    test, train = test[some].astype(np.float64), train[some].astype(np.float64)
    p, q = (points[:, 0] + 1j * points[:, 1] for points in (test, train))
    factor = train[:, 2] / test[:, 2] * np.exp(1j * (train[:, 3] - test[:, 3]))
    moved = factor[:, None] * (p - p[:, None])  # [by the similarity of this pair, this pair's point]
    near = 4 * np.maximum(abs(factor), 1)[:, None] + 0.1 * abs(moved)
    agree = (abs(moved - (q - q[:, None])) < near) & (abs(np.log(factor / factor[:, None])) < 0.5)
    best = agree[agree.sum(1).argmax()]
    if min(len(set(p[best])), len(set(q[best]))) < AGREE:
        return None
    miss = 3 * max(1.0, float(np.median(abs(factor[best]))))
    matrix, kept = cv2.estimateAffinePartial2D(test[best, :2], train[best, :2], ransacReprojThreshold=miss)
    return matrix if matrix is not None and kept.sum() >= AGREE else None


def stretched(test: np.ndarray, train: np.ndarray) -> np.ndarray:
    """(2, 3) that lays the whole of one plane (H, W) over the whole of the other."""
    y, x = np.divide(train.shape, test.shape)
    return np.array([[x, 0, x / 2 - 0.5], [0, y, y / 2 - 0.5]])


def agreement(test: np.ndarray, train: np.ndarray, matrix: np.ndarray) -> float:
    """Correlation of what lies over each other, -1..1; 0 where that is too little or flat.

    test, train: uint8 (H, W); matrix (2, 3) maps pixels of test to train's. The finer image is reduced to
    the pixels of the coarser, and a band of frequencies is compared that JPEG and resizing keep.
    """
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if not 1 / SCALES < scale < SCALES:
        return 0.0
    if scale < 1:
        return agreement(train, test, cv2.invertAffineTransform(matrix))
    height, width = (max(1, round(side / scale)) for side in train.shape)
    small = cv2.resize(train, (width, height), interpolation=cv2.INTER_AREA)
    down = np.vstack([stretched(train, small), [0, 0, 1]])
    matrix = (down @ np.vstack([matrix, [0, 0, 1]]))[:2]
    size, flags = test.shape[::-1], cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(small, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(np.ones_like(small), matrix, size, flags=cv2.WARP_INVERSE_MAP)
    inside = cv2.erode(inside, np.ones((9, 9))).astype(bool)
    if inside.sum() < OVERLAP:
        return 0.0
    one, other = (_band(plane)[inside] for plane in (test, laid))
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / norm if norm > inside.sum() else 0.0


def _band(plane: np.ndarray) -> np.ndarray:
    plane = plane.astype(np.float32)
    return cv2.GaussianBlur(plane, (0, 0), FINE) - cv2.GaussianBlur(plane, (0, 0), COARSE)
