"""Encoded images in one HDF5 file: a set after one degradation, or what a model made of it.

Layout: `names` (N,) text, and one dataset (N,) of variable-length bytes (JPEG or PNG) per column:
`data`, or `degraded` and `clean` in a file of validation pairs. Attributes of the file say the rest.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import h5py
import numpy as np

from unjpeg.atomic import replacing
from unjpeg.errors import UserError
from unjpeg.images import read_uint8


def write_encoded(
    path: Path,
    items: Iterable[tuple[str, *tuple[bytes, ...]]],
    attrs: dict[str, str | int],
    columns: tuple[str, ...] = ("data",),
    record: Callable[[], dict[str, str]] = dict,
) -> int:
    """Write (name, bytes of each column) as they come and return their number; names are unique.

    The attribute `digest` is the sha256 of all names and bytes in order; `record` is asked for further
    attributes when all is written.
    """
    content = hashlib.sha256()
    with replacing(path) as part, h5py.File(part, "w") as file:
        names = file.create_dataset("names", (0,), h5py.string_dtype(), maxshape=(None,))
        kind = h5py.vlen_dtype(np.uint8)
        data = [file.create_dataset(c, (0,), kind, maxshape=(None,)) for c in columns]
        seen = set()
        for name, *contents in items:
            if name in seen:
                raise UserError(f"{path}: two images are named {name!r}")
            seen.add(name)
            content.update(name.encode())
            names.resize(len(seen), 0)
            names[-1] = name
            for column, encoded in zip(data, contents, strict=True):
                column.resize(len(seen), 0)
                column[-1] = np.frombuffer(encoded, np.uint8)
                content.update(encoded)
        file.attrs.update({**attrs, **record(), "digest": content.hexdigest()})
    return len(seen)


class Encoded:
    """Reader of such a file; a context manager."""

    def __init__(self, path: Path | str):
        self.path = Path(path)
        try:
            self._file = h5py.File(self.path)
            self.names: list[str] = [n.decode() for n in self._file["names"][:]]
        except (OSError, KeyError) as error:
            raise UserError(f"{path}: not a readable file of encoded images ({error})") from None
        self._index = {name: i for i, name in enumerate(self.names)}

    def __enter__(self) -> "Encoded":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def attrs(self) -> dict:
        """Attributes of the file: dataset, degradation, codec, ..."""
        return dict(self._file.attrs)

    def bytes(self, name: str, column: str = "data") -> bytes:
        """The encoded bytes of one image."""
        return self._file[column][self._index[name]].tobytes()

    def read(self, name: str, column: str = "data") -> np.ndarray:
        """uint8 (H, W, C) of one image."""
        return read_uint8(self.bytes(name, column), f"{self.path}:{name}")
