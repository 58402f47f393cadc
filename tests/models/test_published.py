"""The authors' own weights in our networks give the rows that the authors printed."""

import h5py
import numpy as np
import pytest
import scipy.io
import torch

from unjpeg import images, jpeg, models
from unjpeg.degradation import parse
from unjpeg.metrics import protocol, score

ROWS = {
    "ar_cnn": {
        10: "29.03/0.7929/28.76",
        20: "31.15/0.8517/30.59",
        30: "32.51/0.8806/31.98",
        40: "33.32/0.8953/32.79",
    },
    "dncnn": {
        10: "29.40/0.8026/29.13",
        20: "31.63/0.8610/31.19",
        30: "32.91/0.8861/32.38",
        40: "33.77/0.9003/33.23",
    },
}


def ar_cnn(folder, quality):
    """One network per quality; (cin, k k column by column, cout), as all of MATLAB."""
    tensors = scipy.io.loadmat(folder / f"arcnn-q{quality}.mat")
    model = models.load("ar_cnn").Model(channels=1)
    for layer, name in zip(model.layers, ("conv1", "conv2", "conv22", "conv3")):
        cout, cin, side, _ = layer.weight.shape
        weight = tensors[f"weights_{name}"].reshape(cin, side, side, cout)
        fill(layer, weight.transpose(3, 0, 2, 1), tensors[f"biases_{name}"])
    return model


def dncnn(folder, quality):
    """One network for all; HDF5 has MATLAB's axes in reverse: (cout, cin, columns, rows)."""
    model = models.load("dncnn").Model(channels=1, norm=False)
    with h5py.File(folder / "dncnn3.mat") as file:
        layers = [file[reference] for reference in file["net/layers"][:, 0]]
        convolutions = [x for x in layers if bytes(x["type"][:, 0].astype(np.uint8)) == b"conv"]
        ours = [x for x in model.model if isinstance(x, torch.nn.Conv2d)]
        assert len(ours) == len(convolutions)
        for layer, theirs in zip(ours, convolutions):
            weight, bias = (file[reference][()] for reference in theirs["weights"][:, 0])
            weight = weight.reshape(layer.weight.shape)  # the last layer's lacks the axis of length 1
            fill(layer, weight.transpose(0, 1, 3, 2), bias)
    return model


def fill(layer, weight, bias):
    assert weight.shape == layer.weight.shape
    layer.weight.data = torch.from_numpy(np.ascontiguousarray(weight, np.float32))
    layer.bias.data = torch.from_numpy(np.ascontiguousarray(bias, np.float32).reshape(-1))


def test_weights_reach_their_places(tmp_path):
    """The reading alone, without the authors' files: column by column, kernel by kernel."""
    shapes = {"conv1": (1, 81, 64), "conv2": (64, 49, 32), "conv22": (32, 1, 16), "conv3": (16, 25)}
    arrays = {f"weights_{k}": np.arange(np.prod(s), dtype=float).reshape(s) for k, s in shapes.items()}
    biases = {f"biases_{k}": np.zeros((n, 1)) for k, n in zip(shapes, (64, 32, 16, 1))}
    scipy.io.savemat(tmp_path / "arcnn-q10.mat", arrays | biases)
    model = ar_cnn(tmp_path, 10)
    assert model.layers[1].weight[3, 2, 5, 1] == arrays["weights_conv2"][2, 1 * 7 + 5, 3]
    assert model.layers[3].weight[0, 9, 4, 0] == arrays["weights_conv3"][9, 0 * 5 + 4]


@pytest.mark.parametrize(
    ("network", "quality"),
    [
        *((ar_cnn, q) for q in ROWS["ar_cnn"]),
        (dncnn, 10),
        *(pytest.param(dncnn, q, marks=pytest.mark.slow) for q in (20, 30, 40)),  # 25 s each on one core
    ],
)
def test_classic5(shared, network, quality):
    if not (shared / "peers").is_dir():
        pytest.skip("no weights of published networks in `shared`")
    model, degradation, rows = network(shared / "peers", quality).eval(), parse(f"gray-q{quality}"), []
    for file in sorted((shared / "data/classic5").glob("*.bmp")):
        clean = images.read_uint8(file)
        x = torch.from_numpy(images.to_float32(images.read_uint8(jpeg.degrade(clean, degradation))))[None]
        with torch.inference_mode():
            restored = images.to_uint8(model(x)[0].numpy())
        rows.append(score.score_all(restored, clean, protocol.GRAY, ["psnr", "ssim", "psnr_b"]))
    assert len(rows) == 5
    mean = score.mean(rows)
    assert f"{mean['psnr']:.2f}/{mean['ssim']:.4f}/{mean['psnr_b']:.2f}" == ROWS[network.__name__][quality]
