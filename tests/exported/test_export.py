"""Restorers in the forms of other programs give the same numbers there."""

import json

import numpy as np
import pytest
import torch

from unjpeg import models, zoo
from unjpeg.cli import main
from unjpeg.inference import Restorer
from unjpeg.store.weights import write_weights

ort = pytest.importorskip("onnxruntime")


def folder_of(arch, channels, where):
    """A folder of a network with drawn weights."""
    module = models.load(arch)
    torch.manual_seed(0)
    model = module.Model(channels=channels, **module.TINY)
    weights = {k: v.numpy() for k, v in model.state_dict().items()}
    write_weights(where / "model.safetensors", weights, {"arch": arch})
    card = {
        "model": arch,
        "arch": arch,
        "channels": channels,
        "settings": module.TINY,
        "recipe": "regression",
    }
    (where / "card.json").write_text(json.dumps(card))
    return where


def outputs(folder, file, shape):
    """(ours, ONNX Runtime's) of the same image, float32 (C, H, W) in [0, 1]."""
    restorer = Restorer(folder)
    image = np.random.default_rng(0).random((1, restorer.channels, *shape), np.float32)
    with torch.inference_mode():
        ours = restorer.model(torch.from_numpy(image)).clamp(0, 1).numpy()
    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return ours, session.run(["restored"], {"image": image})[0]


@pytest.mark.parametrize("arch", ["unshuffle_net", "ar_cnn", "conv_unit", "dncnn", "block_cnn"])
@pytest.mark.parametrize("channels", [1, 3])
def test_onnx_equals_torch_on_any_size(arch, channels, tmp_path):
    folder = folder_of(arch, channels, tmp_path)
    assert main(["export", str(folder), str(tmp_path / "net.onnx")]) == 0
    multiple = Restorer(folder).multiple
    for sides in ((9, 31), (40, 7), (64, 64)):
        shape = tuple(side * multiple for side in sides)
        ours, theirs = outputs(folder, tmp_path / "net.onnx", shape)
        assert theirs.shape == ours.shape
        assert np.abs(ours - theirs).max() < 1e-5


def test_the_model_that_ships(tmp_path):
    assert main(["export", "photo", str(tmp_path / "photo.onnx")]) == 0
    ours, theirs = outputs(zoo.find("photo"), tmp_path / "photo.onnx", (130, 74))
    assert np.abs(ours - theirs).max() < 1e-5
    import onnx

    about = {entry.key: entry.value for entry in onnx.load(tmp_path / "photo.onnx").metadata_props}
    assert (about["unjpeg.model"], about["unjpeg.multiple"]) == ("photo", "2")


def test_a_folder_for_the_hub_is_a_model_too(tmp_path):
    assert main(["export", "photo", str(tmp_path / "mine")]) == 0
    page = (tmp_path / "mine/README.md").read_text()
    assert page.startswith("---\nlicense: mit\n") and "| parameters | 235,468 |" in page
    assert zoo.find(tmp_path / "mine", "restore") == tmp_path / "mine"
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    assert np.array_equal(Restorer(tmp_path / "mine")(image), Restorer(zoo.find("photo"))(image))


def test_a_wrong_place_is_one_line(tmp_path, capsys):
    assert main(["export", "photo", str(tmp_path / "photo.pth")]) == 2
    assert "allowed: a name that ends in .onnx, or a folder" in capsys.readouterr().err
    assert main(["export", "photo-detector", str(tmp_path / "x.onnx")]) == 2
    assert "no model to restore with 'photo-detector'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
