"""Every system of the full study, small: all its phases on real photographs, through to the scores.

The study is made of config/config.yaml itself, so a new entry is run by being there. Entries that are
equal once they are small (four qualities of AR-CNN, say) are run once.
"""

import csv
import json
import subprocess
import sys

import pytest
import yaml
from PIL import Image
from skimage import data as photographs

from unjpeg import losses
from unjpeg.config.study import read_study
from unjpeg.provenance import constant_of

SIDE = {"ms_ssim": 192, "critic": 64}  # smallest patch that a loss or a critic can judge


def small(study, name, known):
    """An entry of the full study, reduced: the smallest network, two steps, data of the same colour."""
    entry = study.models[name]
    run = entry.model_dump(mode="json", exclude_unset=True)
    tiny = constant_of(f"unjpeg.models.{entry.arch}", "TINY")
    gray = study.data[entry.data].channels == 1
    judges = [*entry.train.loss, "critic" if entry.task == "critic" or entry.critic else ""]
    side = max([32, *(SIDE[judge] for judge in judges if judge in SIDE)])
    train = {key: run["train"][key] for key in ("loss", "optimiser") if key in run["train"]}
    reduced = {
        "settings": {**run.get("settings", {}), **tiny},
        "data": f"{'gray' if gray else 'colour'}-{side}",
        "train": {**train, "steps": 2, "batch": 2, "val_every": 2},
        "resources": {"threads": 1},
        "pretrained": False,  # the encoder of the smallest network has no such weights
        **{key: known[parent] for key, parent in entry.parents.items()},
    }
    if entry.task != "critic":
        reduced["degradations"] = ["gray-q10" if gray else "q10"]
    if entry.adversarial:
        reduced["adversarial"] = {**run["adversarial"], "gate": 0.0}
    return {**run, **reduced}


def systems(study):
    """Reduced entries by name, and for every entry of the full study the name that stands for it."""
    models, known, seen = {}, {}, {}
    for name in sorted(study.models, key=lambda n: len(lineage(study, n))):
        run = small(study, name, known)
        text = json.dumps(run, sort_keys=True)
        known[name] = seen.setdefault(text, name)
        if known[name] == name:
            models[name] = run
    return models, known


def lineage(study, name):
    """The entries that one stands on, itself last."""
    parents = study.models[name].parents.values()
    return [*(entry for parent in parents for entry in lineage(study, parent)), name]


def data(name):
    """The entry of `data` that its name describes."""
    colour, side = name.split("-")
    pairs = {"degradations": ["gray-q10" if colour == "gray" else "q10"], "patch": int(side), "per_image": 4}
    return {"train": ["crops"], "val": ["crops"], **pairs}


@pytest.fixture(scope="module")
def study(root):
    return read_study(root / "config" / "config.yaml")


def crops(folder):
    """A data set of parts of photographs, the smallest that will do, and how it is divided."""
    folder.mkdir()
    for name, side in (("coffee", 256), ("rocket", 80), ("chelsea", 100)):
        Image.fromarray(getattr(photographs, name)()[100 : 100 + side, 150 : 150 + side]).save(
            folder / f"{name}.png"
        )
    words = {"title": "Crops", "licence": "see scikit-image", "citation": "see scikit-image", "manual": "-"}
    return {"crops": {**words, "count": 3, "path": str(folder)}}, {
        "crops": {"lists": {"train": ["coffee"], "val": ["rocket"], "test": ["chelsea"]}}
    }


@pytest.fixture(scope="module")
def finished_systems(study, root, home, tmp_path_factory):
    """(folder of the results, names that stand for every entry)."""
    models, known = systems(study)
    names = {loss for run in models.values() for loss in run["train"].get("loss", {})}
    files = [file for name in sorted(names) for file in losses.files(name)]
    own = {file.rpartition("/")[2]: home / file for file in files}
    folder = tmp_path_factory.mktemp("systems")
    datasets, splits = crops(folder / "crops")
    whole = {
        "study": "systems",
        "datasets": datasets,
        "splits": splits,
        "metric_files": {name: {"path": str(path), "sha256": sha256(path)} for name, path in own.items()},
        "data": {run["data"]: data(run["data"]) for run in models.values()},
        "models": models,
        "test": {
            "sets": ["crops"],
            "degradations": ["q10", "gray-q10"],
            "metrics": ["psnr"],
            "shipped": {"photo": ["q10"], "photo+file": ["q10"], "photo-detector": ["q10"]},
        },
    }
    (folder / "systems.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    command = [sys.executable, "-m", "snakemake", *wanted(study, models), "--cores", "2"]
    command += ["--resources", "local_gpu=2", "--directory", folder]
    command += ["--snakefile", root / "Snakefile", "--configfile", folder / "systems.yaml"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    return folder / "results" / "systems", known


def wanted(study, models):
    """Scores of every restorer, weights of the rest; the smoke study has what follows."""
    paths = ["scores/none/crops/q10.csv", "scores/photo/crops/q10.csv", "scores/photo+file/crops/q10.csv"]
    paths.append("detected/photo-detector/crops/q10.csv")
    for name, run in models.items():
        restores = study.models[name].task == "restore"
        paths.append(
            f"scores/{name}/crops/{run['degradations'][0]}.csv"
            if restores
            else f"models/{name}/model.safetensors"
        )
    return [f"results/systems/{path}" for path in paths]


def sha256(path):
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_system_is_trained_and_scored(study, finished_systems):
    results, known = finished_systems
    rows = {}
    for path in results.glob("scores/*/crops/*.csv"):
        with open(path, newline="") as file:
            rows |= {(r["model"], r["degradation"]): float(r["value"]) for r in csv.DictReader(file)}
    for name, run in study.models.items():
        assert (results / "models" / known[name] / "model.safetensors").is_file()
        gray = study.data[run.data].channels == 1
        scored = (known[name], "gray-q10" if gray else "q10") in rows
        assert scored == (run.task == "restore"), name
    assert all(value > 3 for value in rows.values())
    assert rows["photo", "q10"] > rows["none", "q10"] + 0.3  # trained, and shipped
    assert rows["photo+file", "q10"] > rows["photo", "q10"]
    with open(results / "detected/photo-detector/crops/q10.csv", newline="") as file:
        assert all(float(row["none"]) < 0.5 for row in csv.DictReader(file))


def test_every_published_network_and_recipe_is_in_the_full_study(study):
    networks = (
        "car_cnn conv_unit dejpeg patchgan block_cnn arnet arnet_critic ar_cnn dncnn fbcnn unshuffle_net"
        " unshuffle_unet"
    )
    assert set(networks.split()) <= {run.arch for run in study.models.values()}
    assert {"regression", "critic", "gan", "quality", "detector"} <= {
        run.recipe for run in study.models.values()
    }


def test_phases_come_in_order(study):
    """A PostGAN stands on its generator and on a critic that was trained against that generator."""
    for name, run in study.models.items():
        if run.recipe == "gan":
            critic = study.models[run.critic]
            assert critic.recipe == "critic", name
            assert critic.restorer == run.start_from, name
