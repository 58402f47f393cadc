"""Weights in the files that the authors of a network gave out: `authors/<arch>.py` is for `models/<arch>.py`.

Such a module offers `read` and, as literals, `ABOUT` (title, authors, citation, homepage) and `KNOWN`: the
sha256 of each of their files by its entry in config/metrics.yaml.
"""

from typing import NamedTuple

import numpy as np

from unjpeg.errors import UserError


class Weights(NamedTuple):
    """settings: of the network's constructor; tensors: float32, by the keys of its state."""

    channels: int
    settings: dict[str, object]
    tensors: dict[str, np.ndarray]


def convolution(name: str, weight: np.ndarray, bias: np.ndarray) -> dict[str, np.ndarray]:
    """Both tensors of a layer, torch's (cout, cin, rows, columns) and (cout,); `UserError` for no weights."""
    for array in (weight, bias):
        if array.dtype.kind != "f" or not array.size or not np.isfinite(array).all():
            raise UserError(f"{name}: {array.dtype} {array.shape}; want floating point, finite, not empty")
    tensors = {"weight": weight, "bias": bias.reshape(-1)}
    return {f"{name}.{key}": np.ascontiguousarray(value, np.float32) for key, value in tensors.items()}


def damaged(error: Exception) -> UserError:
    """One line for whatever a reader of a format raised."""
    return UserError(f"a damaged MATLAB file ({' '.join(str(error).split()) or type(error).__name__})")
