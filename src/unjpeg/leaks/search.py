"""Every test image against every training image."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from unjpeg.leaks.alignment import agreement, placed, stretched
from unjpeg.leaks.candidates import Index
from unjpeg.leaks.fingerprint import Fingerprint, fingerprint, gray
from unjpeg.pairs import turned

SAME = 0.8  # correlation of what lies over each other
MIRROR = 4  # a turn of `turned`


@dataclass(frozen=True)
class Source:
    """One image: its set, its name there, and how to read it: uint8 (H, W, 1 or 3)."""

    set: str
    name: str
    read: Callable[[], np.ndarray]


@dataclass(frozen=True)
class Leak:
    """kind: `exact`, all samples equal; `copy`, resized, compressed, flipped or turned; `crop`, a part."""

    test: Source
    train: Source
    kind: str
    similarity: float  # correlation of what both show, 0.8..1


def leaks(train: Sequence[Source], test: Sequence[Source]) -> Iterator[Leak]:
    """What stands in both, by test image; an image of the same set and name is itself and no leak."""
    if not train:
        return
    cv2.setNumThreads(1)  # the same sums in the same order, whatever the machine
    prints = [fingerprint(source.read()) for source in train]
    index = Index(prints)
    for asked in test:
        pixels = asked.read()
        found = {}
        for number, kind, similarity in _matches(pixels, prints, index, train):
            same = (train[number].set, train[number].name) == (asked.set, asked.name)
            if not same and similarity >= SAME:
                found.setdefault(number, Leak(asked, train[number], kind, similarity))
        yield from (found[number] for number in sorted(found))


def _matches(
    pixels: np.ndarray, prints: Sequence[Fingerprint], index: Index, train: Sequence[Source]
) -> Iterator[tuple[int, str, float]]:
    """(training image, kind, similarity, of whatever size) for all that may be the same."""
    own = fingerprint(pixels)
    for number, known in enumerate(prints):
        if known.digest == own.digest:
            yield number, "exact", 1.0
    for number, turn in index.alike(own):
        test, other = turned(gray(pixels), turn), gray(train[number].read())
        yield number, "copy", agreement(test, other, stretched(test, other))
    mirrored = turned(pixels, MIRROR)
    for image, points in ((pixels, own), (mirrored, fingerprint(mirrored))):
        for number, ours, theirs in index.sharing(points):
            if (matrix := placed(ours, theirs)) is not None:
                yield number, "crop", agreement(gray(image), gray(train[number].read()), matrix)
