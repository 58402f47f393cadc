"""Restorers in the forms of other programs give the same numbers there."""

import json

import numpy as np
import pytest
import torch

from unjpeg import models, zoo
from unjpeg.card import qualities_of
from unjpeg.cli import main
from unjpeg.inference import run_whole
from unjpeg.provenance import modules_in
from unjpeg.restorer import Restorer
from unjpeg.store.weights import write_weights

ort = pytest.importorskip("onnxruntime")
CARDS = {name: models.load(name).CARD for name in modules_in("models")}
RESTORERS = [(arch, n) for arch, card in CARDS.items() if card["task"] == "restore" for n in card["channels"]]


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
        ours = run_whole(restorer.model, torch.from_numpy(image), restorer.multiple).clamp(0, 1).numpy()
    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return ours, session.run(["restored"], {"image": image})[0]


@pytest.mark.parametrize(("arch", "channels"), RESTORERS)
def test_onnx_equals_torch_on_any_size(arch, channels, tmp_path):
    folder = folder_of(arch, channels, tmp_path)
    assert main(["export", str(folder), str(tmp_path / "net.onnx")]) == 0
    least = max(2, Restorer(folder).multiple)
    for shape in ((least, least + 1), (least + 30, 2 * least + 3), (8 * least, 101), (131, 77)):
        ours, theirs = outputs(folder, tmp_path / "net.onnx", shape)
        assert theirs.shape == ours.shape
        assert np.abs(ours - theirs).max() < 1e-5


def test_the_model_that_ships(tmp_path):
    assert main(["export", "photo", str(tmp_path / "photo.onnx")]) == 0
    ours, theirs = outputs(zoo.find("photo"), tmp_path / "photo.onnx", (131, 77))
    assert np.abs(ours - theirs).max() < 1e-5
    import onnx

    about = {entry.key: entry.value for entry in onnx.load(tmp_path / "photo.onnx").metadata_props}
    assert (about["unjpeg.model"], about["unjpeg.multiple"]) == ("photo", "8")


def test_a_folder_for_the_hub_is_a_model_too(tmp_path):
    assert main(["export", "photo", str(tmp_path / "mine")]) == 0
    page = (tmp_path / "mine/README.md").read_text()
    assert page.startswith("---\nlicense: mit\n") and "| parameters | 1,482,060 |" in page
    assert zoo.find(tmp_path / "mine", "restore") == tmp_path / "mine"
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    assert np.array_equal(Restorer(tmp_path / "mine")(image), Restorer(zoo.find("photo"))(image))


def test_the_page_of_a_studys_model_has_its_scores(tmp_path):
    home = tmp_path / "results" / "mine" / "models" / "net"
    home.mkdir(parents=True)
    folder_of("ar_cnn", 1, home)
    tables = tmp_path / "results" / "mine" / "tables"
    tables.mkdir()
    keys = "study,model,set,degradation,protocol,metric,images,mean,jpeg\n"
    lines = "mine,net,kodak24,q10,color-420,psnr,24,27.346,26.671\n"
    lines += "mine,net,kodak24,q10,color-420,ssim,24,0.78126,0.7\n"
    (tables / "summary.csv").write_text(
        keys + lines + "mine,other,kodak24,q10,color-420,psnr,24,20.5,26.671\n"
    )
    assert main(["export", str(home), str(tmp_path / "hub")]) == 0
    page = (tmp_path / "hub" / "README.md").read_text()
    assert "| kodak24 | q10 | color-420 | psnr | 26.67 | 27.35 |\n" in page
    assert "| kodak24 | q10 | color-420 | ssim | 0.7000 | 0.7813 |\n" in page
    assert "20.5" not in page


def test_the_qualities_that_a_network_was_trained_on():
    assert qualities_of({"degradations": ["q5", "none", "q20+q80", "q40-444"]}) == "5 to 80"
    assert qualities_of({"degradations": ["gray-q10"]}) == "10"
    assert (
        qualities_of({"degradations": ["none"]})
        == qualities_of({})
        == qualities_of({"degradations": ["?"]})
        == ""
    )


def test_a_wrong_place_is_one_line(tmp_path, capsys):
    assert main(["export", "photo", str(tmp_path / "photo.pth")]) == 2
    assert "allowed: a name that ends in .onnx, or a folder" in capsys.readouterr().err
    assert main(["export", "photo-detector", str(tmp_path / "x.onnx")]) == 2
    assert "no model to restore with 'photo-detector'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
