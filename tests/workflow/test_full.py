"""The full study is planned quickly and without torch."""

import json
import os
import re
import subprocess
import sys

import pytest

from unjpeg.config.study import read_study


def dry_run(root, *options):
    command = [sys.executable, "-X", "importtime", "-m", "snakemake", "-n", *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=dict(os.environ))


def test_the_full_study_is_planned_without_torch(root, tmp_path):
    done = dry_run(root, "--directory", str(tmp_path), "--configfile", "config/config.yaml")
    assert done.returncode == 0, done.stderr[-3000:]
    imported = set(re.findall(r"import time:.*\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
    assert "unjpeg.config.study" in imported
    assert not imported & {"torch", "h5py", "unjpeg.images"}
    text = done.stdout + done.stderr
    models = read_study(root / "config" / "config.yaml").models
    assert {"car-cnn-paper", "conv-unit-3x3-fixed", "arnet-minimal-gan-paper"} <= set(models)
    assert not [name for name in models if f"train_{name}:" not in text]


@pytest.mark.parametrize("reached", [[], ["photo-detector"]])
def test_a_detector_that_no_set_reaches_is_asked_for_nothing(root, tmp_path, reached):
    """A gray set is tested under the gray degradations only."""
    shipped = {"c-tiny": ["q10"]} | dict.fromkeys(reached, ["gray-q10"])
    test = {"shipped": shipped, "sets": ["photos-gray"], "degradations": ["q10", "gray-q10"]}
    (tmp_path / "study.yaml").write_text(json.dumps({"study": "mine", "test": test}))
    done = dry_run(root, "--directory", str(tmp_path), "--configfile", str(tmp_path / "study.yaml"))
    text = done.stdout + done.stderr
    assert done.returncode == 0, text[-3000:]
    assert {*re.findall(r"calibration/([\w-]+)\.svg", text)} == {*reached}
    assert ("rule detections:" in text) == bool(reached)
    assert "detected/c-tiny" not in text


def test_a_key_that_stands_twice_in_the_default_study_is_refused(fresh):
    with open(fresh.folder / "config" / "config.yaml", "a") as file:
        file.write("seed: 1\nseed: 2\n")
    done = dry_run(fresh.folder)
    assert done.returncode != 0
    assert "config.yaml" in done.stdout + done.stderr and "seed" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("last", "phases"),
    [
        (
            "dejpeg-small-postgan-paper",
            ["small-generator-paper", "small-critic-paper", "small-postgan-paper"],
        ),
        ("arnet-gan-fixed", ["arnet-fixed", "arnet-critic-fixed", "arnet-gan-fixed"]),
    ],
)
def test_phases_are_planned_in_their_order(root, tmp_path, last, phases):
    target = f"results/full/models/{last}/model.safetensors"
    done = dry_run(root, target, "--directory", str(tmp_path), "--configfile", "config/config.yaml")
    planned = re.findall(r"^rule train_([\w-]+):", done.stdout + done.stderr, re.MULTILINE)
    assert len(planned) == len(phases)
    assert all(name.endswith(phase) for name, phase in zip(planned, phases))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--config", "seeed=1"], "no key 'seeed'; did you mean 'seed'?"),
        (["--configfile", "twice.yaml"], "twice.yaml: line 2: study stands there twice"),
    ],
)
def test_a_config_mistake_is_one_clear_line(root, tmp_path, options, says):
    tiny = (root / "config/tiny.yaml").read_text("utf-8")
    (tmp_path / "twice.yaml").write_text("study: other\n" + tiny[tiny.index("study: ") :])
    options = [str(tmp_path / word) if word.endswith(".yaml") else word for word in options]
    command = [sys.executable, "-m", "snakemake", "-n", "--directory", str(tmp_path), *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode != 0
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_missing_config_is_named(root, tmp_path):
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "-n",
        "--directory",
        str(tmp_path),
        "--configfile",
        "nix.yaml",
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode != 0
    assert "nix.yaml" in done.stdout + done.stderr


def test_downloads_are_a_target_of_their_own(root, tmp_path):
    done = dry_run(root, "download", "--directory", str(tmp_path), "--configfile", "config/config.yaml")
    rules = set(re.findall(r"^(?:local)?rule ([\w-]+):", done.stdout + done.stderr, re.MULTILINE))
    assert rules == {"fetch", "parameters", "download"}


def test_a_study_without_a_name_is_not_merged_into_the_full_one(root, tmp_path):
    (tmp_path / "part.yaml").write_text("models: {}\n")
    command = [sys.executable, "-m", "snakemake", "-n", "--directory", str(tmp_path), "--configfile"]
    done = subprocess.run([*command, str(tmp_path / "part.yaml")], cwd=root, capture_output=True, text=True)
    assert done.returncode != 0
    assert "study: this key is required" in done.stdout + done.stderr


def test_a_gray_set_wants_a_gray_degradation(root, tmp_path):
    (tmp_path / "c.yaml").write_text("study: x\ntest: {sets: [classic5], degradations: [q10]}\n")
    command = [sys.executable, "-m", "snakemake", "-n", "--directory", str(tmp_path), "--configfile"]
    done = subprocess.run([*command, str(tmp_path / "c.yaml")], cwd=root, capture_output=True, text=True)
    assert "classic5 is gray, and its test degradations have no gray one" in done.stdout + done.stderr
