"""Features of tiles in HDF5, for training a detector.

Layout: `features` (N, 120, 65) float16, contiguous; `source`, `degradation` (N,) indices into the JSON lists
of the same names in the attributes. Shares of 1024 blocks, and their halves, are exact in float16.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np

from unjpeg.atomic import replacing
from unjpeg.degradation import Compress, parse
from unjpeg.errors import UserError

CLASSES = ("none", "single", "double")


def class_of(degradation: str) -> int:
    """Place in `CLASSES`: how often a degradation compresses; three times and more count as double."""
    return min(2, sum(isinstance(step, Compress) for step in parse(degradation).steps))


def write_features(
    path: Path, items: Iterable[tuple[np.ndarray, int, int]], attrs: dict[str, str | int]
) -> int:
    """Write (features of n tiles (n, 120, 65), source, degradation) as they come; the number of tiles."""
    content, count = hashlib.sha256(), 0
    with replacing(path) as part, h5py.File(part, "w") as file:
        stored = file.create_dataset("features", (0, 120, 65), np.float16, maxshape=(None, 120, 65))
        labels = []
        for features, *label in items:
            if len(features):
                stored.resize(count + len(features), 0)
                stored[count:] = features
                count += len(features)
                labels += [label] * len(features)
                content.update(stored[count - len(features) :].tobytes())
        for k, name in enumerate(("source", "degradation")):
            file.create_dataset(name, data=np.array([label[k] for label in labels], np.int32))
        content.update(json.dumps(labels).encode())
        file.attrs.update({**attrs, "digest": content.hexdigest()})
    return count


class Features:
    """Reader; `features` in memory."""

    def __init__(self, path: Path | str):
        try:
            with h5py.File(path) as file:
                self.digest = str(file.attrs["digest"])
                self.sources: list[str] = json.loads(file.attrs["sources"])
                self.degradations: list[str] = json.loads(file.attrs["degradations"])
                self.source, self.degradation = file["source"][:], file["degradation"][:]
                self.features = file["features"][:]
        except (OSError, KeyError, ValueError) as error:
            raise UserError(f"{path}: not a readable file of features ({error})") from None
        self.classes = np.array([class_of(d) for d in self.degradations])[self.degradation]
        qualities = [parse(d).quality or 0 for d in self.degradations]
        self.qualities = np.array(qualities)[self.degradation]  # of the last compression; 0 for none

    def __len__(self) -> int:
        return len(self.features)
