"""Training patches in HDF5, laid out for random reads.

Layout: `degraded` and `clean` (N, P, P, C) uint8, contiguous, in shuffled order; `source` and
`degradation` (N,) indices into the JSON lists of the same names in the attributes. Contiguous and not
compressed, a batch is one fancy index of a memory map: 10 times a chunked file's speed, and
several readers share the page cache.
"""

import errno
import hashlib
import json
import math
import os
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np

from unjpeg.atomic import replacing
from unjpeg.errors import UserError


def write_patches(
    path: Path,
    pairs: Iterable[tuple[np.ndarray, np.ndarray, int, int]],
    shape: tuple[int, int, int, int],
    seed: int,
    attrs: dict[str, str | int],
) -> str:
    """Write (degraded, clean, source, degradation) and return the digest of their content and order.

    degraded, clean: uint8 (P, P, C); shape: (N, P, P, C), and exactly N pairs must come.
    """
    order = np.random.default_rng([seed, shape[0]]).permutation(shape[0])
    labels = np.zeros((2, shape[0]), np.int32)
    content, count = hashlib.sha256(order.tobytes()), 0
    with replacing(path) as part:
        places, bytes_each = _allocate(part, shape), math.prod(shape[1:])
        with open(part, "r+b", buffering=0) as raw:
            for *images, source, degradation in pairs:
                place = order[count]  # IndexError: more pairs than announced
                for start, image in zip(places, images):
                    if image.shape != shape[1:] or image.dtype != np.uint8:
                        raise ValueError(
                            f"a patch of {image.dtype} {image.shape}; announced: uint8 {shape[1:]}"
                        )
                    data = image.tobytes()
                    if os.pwrite(raw.fileno(), data, start + int(place) * bytes_each) < len(data):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
                    content.update(data)
                labels[:, place] = source, degradation
                count += 1
        if count != shape[0]:
            raise RuntimeError(f"{path}: {shape[0]} patches announced, {count} made")
        digest = content.hexdigest()
        with h5py.File(part, "a") as file:
            file["source"], file["degradation"] = labels
            file.attrs.update({**attrs, "digest": digest})
    return digest


def _allocate(path: Path, shape: tuple[int, int, int, int]) -> list[int]:
    """A file with room for `degraded` and `clean`, and where in it they begin.

    Patches are written past HDF5, which takes ten times as long for one.
    """
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    with h5py.File(path, "w") as file:
        images = [
            file.create_dataset(n, shape, np.uint8, dcpl=early, fill_time="never")
            for n in ("degraded", "clean")
        ]
        return [dataset.id.get_offset() for dataset in images]


class Patches:
    """Reader: memory maps of `degraded` and `clean`, both uint8 (N, P, P, C)."""

    def __init__(self, path: Path | str):
        try:
            with h5py.File(path) as file:
                self.attrs = dict(file.attrs)
                self.sources: list[str] = json.loads(self.attrs["sources"])
                self.degradations: list[str] = json.loads(self.attrs["degradations"])
                self.source = file["source"][:]
                self.degradation = file["degradation"][:]
                self.degraded, self.clean = (_map(path, file[n]) for n in ("degraded", "clean"))
        except FileNotFoundError:
            raise UserError(f"{path}: no such file of patches") from None
        except (OSError, KeyError, ValueError) as error:
            raise UserError(f"{path}: not a readable file of patches ({error})") from None

    def __len__(self) -> int:
        return len(self.clean)

    @property
    def digest(self) -> str:
        """Digest of the pixels, as written."""
        return str(self.attrs["digest"])


def _map(path: Path | str, dataset: h5py.Dataset) -> np.ndarray:
    if dataset.id.get_offset() is None:
        raise ValueError(f"{dataset.name} is not contiguous")
    return np.memmap(path, dataset.dtype, "r", dataset.id.get_offset(), dataset.shape)
