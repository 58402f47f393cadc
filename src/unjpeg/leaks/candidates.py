"""Images that may show the same as a given one, found without comparing each with each."""

from collections.abc import Iterator, Sequence

import numpy as np

from unjpeg.leaks.fingerprint import WORDS, Fingerprint
from unjpeg.pairs import turned

ALIKE = 0.9  # correlation of thumbnails
COMMON = 20  # a word that more points share says nothing
PAIRS = 4


class Index:
    """What many fingerprints have in common with one."""

    def __init__(self, prints: Sequence[Fingerprint]):
        self.thumbnails = np.stack([f.thumbnail.ravel() for f in prints])
        self.points = np.concatenate([f.points for f in prints])
        self.owners = np.repeat(np.arange(len(prints)), [len(f.points) for f in prints])
        words = np.concatenate([f.words for f in prints])
        self.orders = [np.argsort(words[:, k]).astype(np.int32) for k in range(WORDS)]
        self.words = [words[order, k] for k, order in enumerate(self.orders)]

    def alike(self, asked: Fingerprint) -> Iterator[tuple[int, int]]:
        """(image, turn) where the thumbnail is alike once `asked` is turned, by a symmetry of `turned`."""
        turns = np.stack([turned(asked.thumbnail, turn).ravel() for turn in range(8)])
        for turn, image in np.argwhere(turns @ self.thumbnails.T > ALIKE):
            yield int(image), int(turn)

    def sharing(self, asked: Fingerprint) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """(image, points of `asked`, points of the image): (N, 4) in pairs that share a word; N >= 4."""
        found = [self._equal(asked.words[:, k], k) for k in range(WORDS)]
        own, other = np.divmod(np.unique(np.concatenate(found)), max(1, len(self.points)))
        images = self.owners[other]
        order = np.argsort(images, kind="stable")
        counts = np.bincount(images, minlength=1)
        ends = np.cumsum(counts)
        for image in np.flatnonzero(counts >= PAIRS):
            rows = order[ends[image] - counts[image] : ends[image]]
            yield int(image), asked.points[own[rows]], self.points[other[rows]]

    def _equal(self, asked: np.ndarray, k: int) -> np.ndarray:
        """Where word k of asked is that of a point: index in asked * number of points + point."""
        first = np.searchsorted(self.words[k], asked, "left")
        count = np.searchsorted(self.words[k], asked, "right") - first
        count[count > COMMON] = 0
        start = np.repeat(first - np.cumsum(count) + count, count)
        own = np.repeat(np.arange(len(asked)), count)
        return own * len(self.points) + self.orders[k][start + np.arange(len(start))]
