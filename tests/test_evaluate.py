"""`unjpeg evaluate`: the same numbers as the study, for any folder."""

import csv
import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from unjpeg import models
from unjpeg.cli import main
from unjpeg.metrics import load
from unjpeg.store.weights import write_weights


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def means(path):
    values = {}
    for row in rows(path):
        values.setdefault((row["degradation"], row["metric"]), []).append(float(row["value"]))
    return {key: float(np.mean(v)) for key, v in values.items()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clean").mkdir()
    Image.fromarray(data.astronaut()[:96, :120]).save(tmp_path / "clean" / "a.png")
    Image.fromarray(data.camera()[100:189, 200:290]).save(tmp_path / "clean" / "b ü.png")
    (tmp_path / "clean" / "notes.txt").write_text("not an image")
    return tmp_path / "clean"


@pytest.fixture
def identity(tmp_path):
    """A network that gives back what it gets, in the form of a trained model."""
    model = models.load("ar_cnn").Model(channels=1, widths=[4, 4, 4], init="he", skip=True)
    home = tmp_path / "models" / "identity"
    weights = {k: v.numpy() for k, v in model.state_dict().items()}
    write_weights(home / "model.safetensors", weights, {})
    card = {
        "model": "identity",
        "arch": "ar_cnn",
        "channels": 1,
        "run": "x",
        "settings": {"widths": [4, 4, 4], "init": "he", "skip": True},
    }
    (home / "card.json").write_text(json.dumps(card))
    return home


def test_columns_and_rows(folder, tmp_path, capsys):
    out = tmp_path / "t.csv"
    assert main(["evaluate", str(folder), "--degradation", "q10", "gray-q10", "--out", str(out)]) == 0
    table = rows(out)
    assert list(table[0]) == ["study", "model", "set", "image", "degradation", "protocol", "metric", "value"]
    assert {(r["image"], r["degradation"], r["metric"]) for r in table} == {
        (i, d, m) for i in ("a", "b ü") for d in ("q10", "gray-q10") for m in ("psnr", "ssim", "psnr_b")
    }
    assert {r["set"] for r in table} == {"clean"}
    assert {r["protocol"] for r in table} == {"color-420", "gray-matlab"}
    assert "2 images" in capsys.readouterr().out


def test_a_model_that_changes_nothing_scores_as_the_jpeg(folder, identity, tmp_path):
    for name, model in (("a", "none"), ("b", str(identity))):
        args = ["evaluate", str(folder), "--degradation", "gray-q10", "q10", "--model", model]
        assert main([*args, "--out", str(tmp_path / name)]) == 0
    none, ours = means(tmp_path / "a"), means(tmp_path / "b")
    assert none == pytest.approx(ours, abs=1e-9)
    assert {r["model"] for r in rows(tmp_path / "b")} == {"identity"}


def test_better_weights_score_better(folder, identity, tmp_path):
    """The weights are used: breaking them lowers the score."""
    model = models.load("ar_cnn").Model(channels=1, widths=[4, 4, 4], init="he", skip=True)
    torch.nn.init.constant_(model.layers[-1].bias, 0.1)
    write_weights(
        identity / "model.safetensors", {k: v.detach().numpy() for k, v in model.state_dict().items()}, {}
    )
    main(
        [
            "evaluate",
            str(folder),
            "--degradation",
            "gray-q90",
            "--model",
            str(identity),
            "--out",
            str(tmp_path / "t"),
        ]
    )
    assert means(tmp_path / "t")["gray-q90", "psnr"] < 22


def test_a_name_is_looked_up_in_results(folder, identity, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(identity, tmp_path / "results" / "s1" / "models" / "identity")
    args = ["evaluate", str(folder), "--degradation", "q10", "--out", "t.csv", "--model"]
    assert main([*args, "identity"]) == 0
    assert {(r["study"], r["model"]) for r in rows("t.csv")} == {("s1", "identity")}
    assert main([*args, "identty"]) == 2
    assert "did you mean 'identity'" in capsys.readouterr().err
    shutil.copytree(identity, tmp_path / "results" / "s2" / "models" / "identity")
    assert main([*args, "identity"]) == 2
    assert "several studies" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda home: (home / "card.json").unlink(), "no card.json"),
        (lambda home: (home / "card.json").write_text("{"), "not JSON"),
        (lambda home: (home / "model.safetensors").write_bytes(b"12345678"), "not a readable safetensors"),
        (lambda home: (home / "model.safetensors").unlink(), "no such weights"),
        (
            lambda home: (home / "card.json").write_text(
                (home / "card.json").read_text().replace("[4, 4, 4]", "[5, 4, 4]")
            ),
            "not weights of this network",
        ),
    ],
)
def test_a_broken_model_is_one_line_and_no_table(folder, identity, tmp_path, capsys, break_it, says):
    break_it(identity)
    args = ["evaluate", str(folder), "--degradation", "q10", "--model", str(identity)]
    assert main([*args, "--out", str(tmp_path / "t.csv")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "t.csv").exists()


def test_an_unreadable_image_is_named_and_nothing_is_written(folder, tmp_path, capsys):
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes()[:999])
    assert main(["evaluate", str(folder), "--degradation", "q10", "--out", str(tmp_path / "t.csv")]) == 2
    assert "c.png: not an image that can be read" in capsys.readouterr().err
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize("metric", ["niqe", "brisque", "lpips", "lpips_squeeze"])
def test_a_missing_parameter_file_is_one_line_before_any_work(folder, tmp_path, capsys, metric):
    """Under both verbs that score: the file, and the rule that fetches it. Nothing is skipped or written."""
    options = ["--metrics", "psnr", metric, "--parameters", str(tmp_path / "empty")]
    (folder / "c.png").write_bytes(b"not an image, and never looked at")
    evaluate = ["evaluate", str(folder), "--degradation", "q10", "--out", str(tmp_path / "t.csv")]
    score = ["score", "--study", "s", "--model", "none", "--images", "no.h5", "--manifest", "no.json"]
    score += ["--split", "no.csv", "--output", str(tmp_path / "t.csv")]
    for verb in (evaluate, score):
        assert main([*verb, *options]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert f"{metric}: no parameter file {tmp_path}/empty/{load(metric).CARD.files[0]}" in line
        assert "rule parameters ('snakemake download', 'unjpeg parameters') fetches it" in line
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize(("what", "name"), [(["--model", "none"], "none"), (["--peer", "smooth"], "smooth")])
def test_only_a_model_is_kept_to_the_file(folder, tmp_path, capsys, what, name):
    out = tmp_path / "a.csv"
    words = ["evaluate", str(folder), "--degradation", "gray-q10", "--consistent", "--out", str(out), *what]
    assert main(words) == 2
    assert capsys.readouterr().err == f"unjpeg evaluate: --consistent: for a --model, not for {name}\n"
    assert not out.exists()


def test_luma_of_colour_jpegs(folder, tmp_path, capsys):
    args = ["evaluate", str(folder), "--degradation", "q10", "--out", str(tmp_path / "t.csv")]
    assert main([*args, "--protocol", "y-of-color-420"]) == 0
    assert {r["protocol"] for r in rows(tmp_path / "t.csv")} == {"y-of-color-420"}
    assert main([*args, "--protocol", "y-of-color-444"]) == 2
    assert "does not fit degradation 'q10'; 'color-420' does" in capsys.readouterr().err


def test_only_scores_are_replaced(folder, tmp_path, capsys):
    args = ["evaluate", str(folder), "--degradation", "q10", "--out"]
    (tmp_path / "link.csv").symlink_to(tmp_path / "t.csv")
    for name in ("t.csv", "t.csv", "link.csv"):
        assert main([*args, str(tmp_path / name)]) == 0
    assert (tmp_path / "link.csv").is_symlink()
    photograph = (folder / "a.png").read_bytes()
    assert main([*args, str(folder / "a.png")]) == 2
    assert "a.png: is there and holds no scores" in capsys.readouterr().err
    assert (folder / "a.png").read_bytes() == photograph


def test_an_image_too_small_to_score_is_named(folder, tmp_path, capsys):
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    assert main(["evaluate", str(folder), "--degradation", "q10", "--out", str(tmp_path / "t.csv")]) == 2
    assert "clean/dot under q10: ssim: image 1x1 RGB is too small" in capsys.readouterr().err


def test_niqe_comes_with_the_jpegs_and_the_originals(identity, tmp_path, capsys, shared):
    folder = tmp_path / "large"
    folder.mkdir()
    Image.fromarray(data.camera()[:256, :256]).save(folder / "a.png")
    home = tmp_path / "metrics" / "hub" / "pyiqa"
    home.mkdir(parents=True)
    (home / "niqe_modelparameters.mat").symlink_to(shared / "metrics" / "niqe_modelparameters.mat")
    out = tmp_path / "o.csv"
    options = ["--metrics", "psnr", "niqe", "--parameters", str(tmp_path / "metrics"), "--out", str(out)]
    assert (
        main(["evaluate", str(folder), "--degradation", "gray-q10", "--model", str(identity), *options]) == 0
    )
    niqe = {row["model"]: row["value"] for row in rows(out) if row["metric"] == "niqe"}
    assert len(niqe) == 3 and {"none", "clean"} < set(niqe)
    printed = capsys.readouterr().out
    assert "\nnone gray-q10" in printed and "\nclean gray-q10" in printed
