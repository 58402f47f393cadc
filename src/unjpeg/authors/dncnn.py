"""DnCNN's files: MATLAB 7.3, which is HDF5, of MatConvNet; batch norm is merged into the convolutions.

`net/layers` refers to the layers, convolutions and ReLU in turn. Axes are MATLAB's in reverse, (cout, cin,
columns, rows); an axis of length 1 at their head, the last layer's cout, is not stored.
"""

import io

import numpy as np

from unjpeg.authors import Weights, convolution, damaged
from unjpeg.errors import UserError

ABOUT = {
    "title": "DnCNN, its authors' weights",
    "authors": "Kai Zhang, Wangmeng Zuo, Yunjin Chen, Deyu Meng, Lei Zhang",
    "citation": "Zhang, Zuo, Chen, Meng, Zhang. Beyond a Gaussian Denoiser. IEEE Transactions on Image "
    "Processing 26, 2017.",
    "homepage": "https://github.com/cszn/DnCNN",
}
KNOWN = {"dncnn3": "3962377d522b6728417e364bf7a589cf34ddfb592af0bd9769e53f8123d17677"}
HDF5 = b"\x89HDF\r\n\x1a\n"
LARGEST = 1 << 24  # numbers in an array: an HDF5 file may claim any size
USUAL = {"pad": 1, "stride": 1, "dilate": 1, "leak": 0}  # of a layer, where it says


def read(data: bytes) -> Weights | None:
    """The network in a file, None where it is no file of this kind. Errors: `UserError` for a broken one."""
    if HDF5 not in (data[:8], data[512:520]):
        return None
    import h5py

    try:
        with h5py.File(io.BytesIO(data)) as file:
            return _network(file) if "net/layers" in file else None
    except UserError:
        raise
    except Exception as error:  # h5py raises many kinds for a damaged file
        raise damaged(error) from None


def _network(file) -> Weights:
    layers = [file[reference] for reference in _read(file["net/layers"])[:, 0]]
    for number, layer in enumerate(layers):
        kind, want = bytes(_read(layer["type"]).astype(np.uint8)).decode(), ("conv", "relu")[number % 2]
        if kind != want:
            raise UserError(f"layer {number + 1} is {kind!r}, DnCNN's is {want!r}")
        for key, usual in USUAL.items():
            if key in layer and (_read(layer[key]) != usual).any():
                raise UserError(f"layer {number + 1} has another {key} than DnCNN's, which is {usual}")
    convolutions = layers[::2]
    if len(layers) % 2 == 0 or len(convolutions) < 2:
        raise UserError(f"{len(layers)} layers; DnCNN's are convolutions with ReLU between")
    tensors, widths = {}, []
    for number, layer in enumerate(convolutions):
        weight, bias = (_read(file[reference]) for reference in _read(layer["weights"])[:2, 0])
        weight = weight.reshape((1,) * (4 - weight.ndim) + weight.shape)
        cin = widths[-1] if widths else weight.shape[1]
        if weight.shape[1:] != (cin, 3, 3) or bias.size != len(weight):
            raise UserError(
                f"layer {2 * number + 1} is {weight.shape}, {bias.size} biases; want (n, {cin}, 3, 3) and n"
            )
        tensors |= convolution(f"model.{2 * number}", weight.transpose(0, 1, 3, 2), bias)
        widths += [len(weight)] if widths else [cin, len(weight)]
    channels, *inner, out = widths
    if channels not in (1, 3) or out != channels:
        raise UserError(f"{channels} planes become {out}; want 1 and 1, or 3 and 3")
    if len(set(inner)) > 1:
        raise UserError(f"layers of {sorted(set(inner))} features; want one number")
    return Weights(channels, {"depth": len(convolutions), "width": inner[0], "norm": False}, tensors)


def _read(dataset) -> np.ndarray:
    if dataset.size > LARGEST:
        raise UserError(f"an array of {dataset.size} numbers; largest: {LARGEST}")
    return dataset[()]
