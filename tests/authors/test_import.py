"""Authors' files become models; what is none of them is refused in one line."""

import csv
import json
import re
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from unjpeg import zoo
from unjpeg.authors import ar_cnn, dncnn
from unjpeg.cli import main
from unjpeg.config.imported import entry_of, importable
from unjpeg.config.registry import metrics
from unjpeg.errors import UserError
from unjpeg.provenance import sha256_of
from unjpeg.restorer import Restorer
from unjpeg.store.weights import read_weights, write_weights

from . import files


@pytest.fixture
def imported(tmp_path, capsys):
    """`imported(file)` gives the folder, or the line of the error."""

    def imported(path, name="mine@authors"):
        code = main(["import", str(path), "-o", str(tmp_path / name)])
        said = capsys.readouterr()
        if code == 0:
            return tmp_path / name
        assert code == 2 and len(said.err.splitlines()) == 1
        assert not (tmp_path / name).exists()
        return said.err

    return imported


def test_ar_cnn_column_by_column(imported, tmp_path):
    arrays = files.ar_cnn(tmp_path / "x.mat", widths=(5, 4, 3))
    tensors, _ = read_weights(imported(tmp_path / "x.mat") / "model.safetensors")
    assert tensors["layers.1.weight"].shape == (4, 5, 7, 7)
    # row 5, column 1 of the kernel
    assert tensors["layers.1.weight"][3, 2, 5, 1] == np.float32(arrays["weights_conv2"][2, 1 * 7 + 5, 3])
    assert tensors["layers.3.weight"][0, 2, 4, 0] == np.float32(arrays["weights_conv3"][2, 0 * 5 + 4])
    assert tensors["layers.1.bias"][2] == arrays["biases_conv2"][2, 0]


def test_dncnn_gives_what_its_layers_give(imported, tmp_path):
    drawn = files.dncnn(tmp_path / "x.mat", widths=(4, 4))
    restorer = Restorer(imported(tmp_path / "x.mat"))
    x = y = torch.rand(1, 1, 20, 30)
    for number, (weight, bias) in enumerate(drawn):
        y = torch.relu(y) if number else y
        y = torch.conv2d(y, torch.from_numpy(weight), torch.from_numpy(bias), padding=1)
    with torch.inference_mode():
        assert torch.allclose(restorer.model(x), x - y, atol=1e-6)
    assert restorer.card["settings"] == {"depth": 3, "width": 4, "norm": False}


@pytest.mark.parametrize("channels", [1, 3])
def test_the_folder_is_a_model_like_any_other(channels, imported, tmp_path, monkeypatch, capsys):
    files.dncnn(tmp_path / "x.mat", channels=channels)
    folder = imported(tmp_path / "x.mat", "home/net@authors")
    monkeypatch.setenv("UNJPEG_MODELS", str(tmp_path / "home"))
    assert zoo.find("net@authors", "restore") == folder
    assert main(["models", "net@authors"]) == 0
    assert "note: in the form of https://github.com/cszn/DnCNN" in capsys.readouterr().out.replace('"', "")
    photo = tmp_path / "photo.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 40, 3), np.uint8)).save(photo)
    assert main(["restore", str(photo), "--model", str(folder), "-o", str(tmp_path / "out.png")]) == 0
    assert Image.open(tmp_path / "out.png").size == (40, 24)
    assert main(["export", "net@authors", str(tmp_path / "hub")]) == 0
    assert "license: unknown" in (tmp_path / "hub/README.md").read_text()
    (tmp_path / "images").mkdir()
    Image.fromarray(np.full((24, 40), 99, np.uint8)).save(tmp_path / "images/a.png")
    wanted = ["--degradation", "gray-q10", "--model", "net@authors", "--out", str(tmp_path / "t.csv")]
    assert main(["evaluate", str(tmp_path / "images"), *wanted]) == 0
    with open(tmp_path / "t.csv", newline="") as file:
        assert {row["model"] for row in csv.DictReader(file)} == {"net@authors"}


def test_a_shipped_model_is_copied_under_its_name(imported):
    weights, card = zoo.FILES
    for name in ("photo", "photo+file"):
        folder = imported("photo", f"home/{name}")
        assert (folder / weights).read_bytes() == (zoo.FOLDER / "photo" / weights).read_bytes()
        own = json.loads((zoo.FOLDER / "photo" / card).read_text())
        assert own.pop("scores")  # of other studies
        own["gray_sha256"] = sha256_of(zoo.FOLDER / own["gray"] / weights)
        assert json.loads((folder / card).read_text()) == {**own, "model": name}


def test_the_same_file_gives_the_same_bytes(imported, tmp_path):
    files.ar_cnn(tmp_path / "x.mat")
    first = imported(tmp_path / "x.mat", "a/net")
    second = imported(tmp_path / "x.mat", "b/net")
    for name in zoo.FILES:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_only_the_authors_own_files_are_called_theirs(imported, tmp_path):
    files.ar_cnn(tmp_path / "arcnn-q10.mat")
    card = json.loads((imported(tmp_path / "arcnn-q10.mat") / "card.json").read_text())
    assert "authors" not in card and "none of its authors' known files" in card["note"]


def test_the_registry_and_the_readers_know_the_same_files(root):
    known = metrics(root / "config" / "metrics.yaml")
    assert {"arcnn-q10@authors", "arcnn-q40@authors", "dncnn3@authors"} <= importable().keys()
    readers = {"ar_cnn": ar_cnn, "dncnn": dncnn}
    for model, arch in importable().items():
        entry, reader = known[entry_of(model)], readers[arch]
        (file,) = entry.files
        assert file.sha256 == reader.KNOWN[entry_of(model)]
        assert entry.citation == reader.ABOUT["citation"]
        assert entry.homepage == reader.ABOUT["homepage"]


def changed(**changes):
    return lambda path: files.ar_cnn(path, **changes)


NAN = np.full((4, 1), np.nan, np.float32)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda path: path.write_bytes(b""), "no weights that are known"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" * 99), "no weights that are known"),
        (lambda path: path.mkdir(), "not a plain file"),
        (lambda path: None, "no such file, nor a shipped model"),
        (lambda path: path.open("wb").truncate(1 << 27), "134217728 bytes"),
        (lambda path: path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(400)), "a damaged MATLAB file"),
        (lambda path: path.write_bytes(b" " * 512 + dncnn.HDF5 + b" " * 99), "a damaged MATLAB file"),
        (lambda path: files.scipy.io.savemat(path, {"x": np.ones(3)}), "no weights that are known"),
        (lambda path: files.h5py.File(path, "w").close(), "no weights that are known"),
        (changed(weights_conv22=None), "without weights_conv22"),
        (changed(weights_conv2=np.ones((4, 25, 3))), r"want \(4, 49, 3\) and 3"),
        (changed(biases_conv22=np.ones((9, 1))), r"weights_conv22 \(3, 1, 2\) and biases_conv22 \(9, 1\)"),
        (changed(biases_conv1=NAN), "layers.0: float32 .* finite"),
        (changed(biases_conv1=np.ones((4, 1), np.int16)), "layers.0: int16 .* floating point"),
        (changed(weights_conv3="text"), "weights_conv3"),
        (lambda path: files.dncnn(path, kinds=("conv", "bnorm")), "layer 2 is 'bnorm', DnCNN's is 'relu'"),
        (lambda path: files.dncnn(path, fields={"dilate": 2}), "layer 1 has another dilate"),
        (lambda path: files.dncnn(path, channels=2), "2 planes become 2"),
        (lambda path: files.dncnn(path, widths=(3, 4)), "layers of \\[3, 4\\] features"),
    ],
)
def test_what_is_none_of_them_is_one_line(make, match, imported, tmp_path):
    make(tmp_path / "x.mat")
    line = imported(tmp_path / "x.mat")
    assert isinstance(line, str)
    assert re.search(match, line), line


def test_an_array_may_not_claim_any_size(imported, tmp_path):
    files.dncnn(tmp_path / "x.mat")
    with files.h5py.File(tmp_path / "x.mat", "r+") as file:
        del file["net/layers"]
        file["net"].create_dataset("layers", (1 << 40, 1), files.h5py.ref_dtype, chunks=(1 << 10, 1))
    assert "an array of 1099511627776 numbers" in imported(tmp_path / "x.mat")


def test_a_shipped_model_goes_with_the_gray_one_that_it_came_with(imported, tmp_path, monkeypatch):
    folder = imported("photo", "photo")
    assert Restorer(folder).gray.card["model"] == "photo-gray"
    shutil.copytree(zoo.FOLDER / "car-cnn", tmp_path / "mine" / "photo-gray")
    monkeypatch.setenv("UNJPEG_MODELS", str(tmp_path / "mine"))
    for place in (folder, zoo.FOLDER / "photo"):  # not what only has its name
        assert Restorer(place).gray.folder == zoo.FOLDER / "photo-gray"
    shutil.copytree(zoo.FOLDER / "photo-gray", tmp_path / "other" / "photo-gray")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "other")  # as of another version
    assert Restorer(folder).gray.folder == tmp_path / "other" / "photo-gray"
    weights, metadata = read_weights(zoo.FOLDER / "photo-gray" / "model.safetensors")
    weights["tail.bias"] = weights["tail.bias"] + np.float16(1)
    write_weights(zoo.FOLDER / "photo-gray" / "model.safetensors", weights, metadata)
    with pytest.raises(UserError, match="photo: goes with another photo-gray than .*other/photo-gray"):
        Restorer(folder)


@pytest.mark.parametrize("kind", ["ar_cnn", "dncnn"])
def test_a_cut_file_is_one_line(kind, imported, tmp_path):
    getattr(files, kind)(tmp_path / "x.mat")
    data = (tmp_path / "x.mat").read_bytes()
    for part in (0.1, 0.3, 0.6, 0.9, 0.99):
        (tmp_path / "x.mat").write_bytes(data[: int(part * len(data))])
        assert "x.mat: " in imported(tmp_path / "x.mat")
