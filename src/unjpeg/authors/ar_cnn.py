"""AR-CNN's files: MATLAB 5, a network for each JPEG quality, gray in [0, 1].

`weights_conv1`, `_conv2`, `_conv22` are (cin, k k column by column, cout); `weights_conv3` lacks the last
axis, of length 1. `biases_*` are (cout, 1).
"""

import io

import numpy as np

from unjpeg.authors import Weights, convolution, damaged
from unjpeg.errors import UserError

ABOUT = {
    "title": "AR-CNN, its authors' weights",
    "authors": "Chao Dong, Yubin Deng, Chen Change Loy, Xiaoou Tang",
    "citation": "Dong, Deng, Loy, Tang. Compression Artifacts Reduction by a Deep Convolutional Network. "
    "ICCV 2015.",
    "homepage": "http://mmlab.ie.cuhk.edu.hk/projects/ARCNN.html",
}
KNOWN = {
    "arcnn-q10": "c7f5026514a8ba7fa5d17dfc179d1ee31eb28402cfd1bbf49967d845230b12d6",
    "arcnn-q20": "c3bd82c2f883a428b02dc050e136ddd283823a09e47dafb0bcd4c6068935fb38",
    "arcnn-q30": "ea0a8028095506710350bde54c9f4f0d6c2bac7b4c8d5484f2318ab38c9857ca",
    "arcnn-q40": "14ef71b360c76c2fb3e94f212381063d82d466e80498f106f8a76f67fbedcf5a",
}
LAYERS = {"conv1": 9, "conv2": 7, "conv22": 1, "conv3": 5}  # sides of the kernels, in the network's order


def read(data: bytes) -> Weights | None:
    """The network in a file, None where it is no file of this kind. Errors: `UserError` for a broken one."""
    if not data.startswith(b"MATLAB 5.0"):
        return None
    import scipy.io

    names = [f"{kind}_{layer}" for layer in LAYERS for kind in ("weights", "biases")]
    try:
        found = scipy.io.loadmat(io.BytesIO(data), variable_names=names)
    except Exception as error:  # scipy raises many kinds for a damaged file
        raise damaged(error) from None
    if not set(names) & set(found):
        return None
    if lacking := [name for name in names if name not in found]:
        raise UserError(f"AR-CNN's weights without {lacking[0]}")
    tensors, widths, cin = {}, [], 1
    for place, (layer, side) in enumerate(LAYERS.items()):
        weight, bias = found[f"weights_{layer}"], found[f"biases_{layer}"]
        cout = 1 if layer == "conv3" else bias.size
        shape = (cin, side * side) if layer == "conv3" else (cin, side * side, cout)
        if weight.shape != shape or bias.size != cout:
            raise UserError(
                f"weights_{layer} {weight.shape} and biases_{layer} {bias.shape}; want {shape} and {cout}"
            )
        columns = weight.reshape(cin, side, side, cout)  # MATLAB's: columns before rows
        tensors |= convolution(f"layers.{place}", np.transpose(columns, (3, 0, 2, 1)), bias)
        widths.append(cout)
        cin = cout
    return Weights(1, {"widths": widths[:-1]}, tensors)
