"""Weights as safetensors: 8 bytes header length, a JSON header, raw little-endian tensors.

Written here instead of with the `safetensors` package, because training must run on a bare machine
with torch, numpy, h5py and Pillow alone; tests read and write with that package and compare.
Source: the format's specification, github.com/huggingface/safetensors.
"""

import json
import math
from pathlib import Path

import numpy as np

from unjpeg.atomic import write_bytes
from unjpeg.errors import UserError

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1", "BOOL": "?"}
_NAMES = {np.dtype(v): k for k, v in _DTYPES.items()}


def write_weights(path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Arrays by name; `metadata` is text by text. Names are sorted, so equal weights are equal bytes."""
    header, chunks, end = {"__metadata__": dict(sorted(metadata.items()))}, [], 0
    for name, value in sorted(tensors.items()):
        start, end = end, end + value.nbytes
        header[name] = {
            "dtype": _NAMES[value.dtype.newbyteorder("<")],
            "shape": list(value.shape),
            "data_offsets": [start, end],
        }
        chunks.append(np.ascontiguousarray(value).tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors start at a multiple of 8
    write_bytes(path, len(text).to_bytes(8, "little") + text + b"".join(chunks))


def read_weights(path: Path | str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """(arrays by name, metadata); `UserError` for a file that is missing, truncated or something else."""
    try:
        data = Path(path).read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        metadata = header.pop("__metadata__", {})
        body = memoryview(data)[8 + size :]
        if max((h["data_offsets"][1] for h in header.values()), default=0) != len(body):
            raise ValueError("the file is truncated or has bytes too many")
        return {name: _array(h, body) for name, h in header.items()}, metadata
    except FileNotFoundError:
        raise UserError(f"{path}: no such weights file") from None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise UserError(f"{path}: not a readable safetensors file ({error})") from None


def _array(entry: dict, body: memoryview) -> np.ndarray:
    start, end = entry["data_offsets"]
    dtype = np.dtype(_DTYPES[entry["dtype"]])
    if end - start != math.prod(entry["shape"]) * dtype.itemsize:
        raise ValueError(f"a tensor of shape {entry['shape']} does not fit its {end - start} bytes")
    return np.frombuffer(body[start:end], dtype).reshape(entry["shape"]).copy()
