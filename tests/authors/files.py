"""Files in the authors' forms, with drawn weights and as small as a test wants them."""

import h5py
import numpy as np
import scipy.io


def ar_cnn(path, widths=(4, 3, 2), seed=0, **changes):
    """A MATLAB 5 file as of AR-CNN's authors; returns its arrays. changes: arrays by name, None for none."""
    rng, arrays, cin = np.random.default_rng(seed), {}, 1
    for layer, side, cout in zip(("conv1", "conv2", "conv22", "conv3"), (9, 7, 1, 5), (*widths, 1)):
        shape = (cin, side * side) if layer == "conv3" else (cin, side * side, cout)
        arrays[f"weights_{layer}"] = rng.normal(0, 0.1, shape)
        arrays[f"biases_{layer}"] = rng.normal(0, 0.1, (cout, 1)).astype(np.float32)
        cin = cout
    arrays = {k: v for k, v in (arrays | changes).items() if v is not None}
    scipy.io.savemat(path, arrays, do_compression=True)
    return arrays


def dncnn(path, widths=(3, 3, 3), channels=1, seed=0, kinds=("conv", "relu"), fields=()):
    """A MATLAB 7.3 file as of DnCNN's authors; returns (weights, biases), rows before columns.

    kinds: types of the layers in turn; fields: numbers that the first layer says of itself.
    """
    rng, sizes, drawn = np.random.default_rng(seed), [channels, *widths, channels], []
    with h5py.File(path, "w", userblock_size=512) as file:
        kept, references = file.create_group("#refs#"), []
        for number in range(2 * len(sizes) - 3):
            layer = kept.create_group(f"layer{number}")
            kind = kinds[number % 2]
            layer["type"] = np.frombuffer(kind.encode(), np.uint8).astype(np.uint16)[:, None]
            references.append(layer.ref)
            if number % 2 == 0:
                cin, cout = sizes[number // 2], sizes[number // 2 + 1]
                weight = rng.normal(0, 0.1, (cout, cin, 3, 3)).astype(np.float32)
                bias = rng.normal(0, 0.1, cout).astype(np.float32)
                drawn.append((weight, bias))
                stored = weight.transpose(0, 1, 3, 2)
                pair = [stored[0] if cout == 1 else stored, bias[None]]
                places = [kept.create_dataset(f"{kind}{number}-{k}", data=a).ref for k, a in enumerate(pair)]
                layer["weights"] = np.array(places, h5py.ref_dtype)[:, None]
        for key, value in dict(fields).items():
            kept[f"layer0/{key}"] = np.full((1, 1), float(value))
        file["net/layers"] = np.array(references, h5py.ref_dtype)[:, None]
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(128))
    return drawn
