"""The parameter files of LPIPS-SqueezeNet out of an ONNX export of the whole metric.

    python tools/squeezenet_from_onnx.py lpips_sq.onnx my-parameters

For machines that cannot reach torchvision's download. Writes the two files of the entry lpips-squeeze of
config/metrics.yaml and prints the lines that name them in a study. One such export, whose tensors are
torchvision's and the LPIPS authors' bit by bit, is model/tiny/lpips_sq.onnx of github.com/lusoris/vmaf
(BSD-2-Clause-Patent). Protocol buffers are read here, as far as tensors need it: no further package.
"""

import hashlib
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from unjpeg.errors import UserError
from unjpeg.losses import files, load

FLOAT = 1  # TensorProto.DataType
GRAPH, INITIALIZER, DIMS, TYPE, NAME, RAW = 7, 5, 1, 2, 8, 9  # numbers of fields in onnx.proto


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each field of a message: an integer, or the bytes of what has a length.

    `ValueError` or `IndexError` for what is no message.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
        else:
            size, at = {1: (8, at), 5: (4, at)}.get(key & 7) or _varint(data, at)
            value, at = data[at : at + size], at + size
        if key & 7 in (3, 4, 6, 7) or at > len(data):
            raise ValueError("truncated, or no ONNX model")
        yield key >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer of 7 bits a byte, lowest first, and the place after it."""
    value = shift = 0
    while data[at] & 128:
        value, shift, at = value | (data[at] & 127) << shift, shift + 7, at + 1
    return value | data[at] << shift, at + 1


def tensors(data: bytes) -> dict[str, torch.Tensor]:
    """The float32 initialisers of an ONNX model by name, those with their values in raw bytes."""
    found = {}
    for graph in (value for number, value in fields(data) if number == GRAPH):
        for message in (value for number, value in fields(graph) if number == INITIALIZER):
            parts = list(fields(message))
            dims, one = [v for number, v in parts if number == DIMS], dict(parts)
            if one.get(TYPE) == FLOAT and len(one.get(RAW, b"")) == 4 * math.prod(dims):
                values = torch.frombuffer(bytearray(one[RAW]), dtype=torch.float32)
                found[one[NAME].decode()] = values.reshape(dims)
    return found


def convert(source: Path, folder: Path) -> list[Path]:
    """The two files, written below `folder` and read again as the loss would; `UserError` where they are
    not what it wants."""
    try:
        found = tensors(source.read_bytes())
    except (IndexError, OSError, TypeError, ValueError) as error:
        raise UserError(f"{source}: cannot be read as an ONNX model ({error})") from None
    names = (r"net\.slice\d\.(\d+\.\S+)$", "features."), (r"lins\.(\d\.model\.1\.weight)$", "lin")
    paths = [folder / file for file in files("lpips_squeeze")]
    for path, (pattern, prefix) in zip(paths, names, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        matches = {name: re.search(pattern, name) for name in found}
        torch.save({prefix + m[1]: found[name] for name, m in matches.items() if m}, path)
    load("lpips_squeeze", folder)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python tools/squeezenet_from_onnx.py MODEL.onnx FOLDER")
    try:
        written = convert(Path(sys.argv[1]), Path(sys.argv[2]))
    except UserError as error:
        sys.exit(str(error))
    print("metric_files:")
    for path in written:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"  {path.name}: {{path: {path.absolute()}, sha256: {digest}}}")
