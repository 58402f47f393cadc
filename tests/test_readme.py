"""The README's commands, run as they stand there, in a copy of the checkout."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

BIN = Path(sys.executable).parent
COPIED = (
    "Snakefile",
    "workflow",
    "config",
    "envs",
    "src",
    "profiles",
    "pyproject.toml",
    "Makefile",
    "constraints.txt",
    "README.md",
    "LICENSE",
    "results/README.md",
)


PICTURES = (
    "unjpeg detect photo.jpg photos/",
    "unjpeg restore photo.jpg",
    "unjpeg restore photos/ -o restored/",
)


def commands(root):
    """Lines of the README's indented blocks, without remarks."""
    lines = re.findall(r"^    (\S.*)$", (root / "README.md").read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"\s+# .*", "", line) for line in lines]


@pytest.fixture(scope="module")
def copy(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", root / name, folder / name], check=True)
    (folder / "photos").mkdir()
    for name in ("coffee", "chelsea"):
        Image.fromarray(np.ascontiguousarray(getattr(data, name)()[:200, :240])).save(
            folder / f"photos/{name}.png"
        )
    Image.open(folder / "photos/coffee.png").save(folder / "photo.jpg", quality=20)
    return folder


def run(copy, command, cores=None):
    """Exit code and output; `cores`: so many of the machine's, where there is a `taskset`."""
    env = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    allowed = sorted(os.sched_getaffinity(0))[-cores:] if cores and shutil.which("taskset") else []
    command = [*(["taskset", "-c", ",".join(map(str, allowed))] if allowed else []), "bash", "-c", command]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, env=env)
    return done.returncode, done.stdout + done.stderr


def means(path, **wanted):
    values = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if all(row[k] == v for k, v in wanted.items()):
                values.setdefault((row["model"], row["degradation"]), []).append(float(row["value"]))
    return {key: float(np.mean(v)) for key, v in values.items()}


def test_every_command_is_known_to_these_tests(root):
    tested = {
        "make demo",
        "make test",
        "make install && source .venv/bin/activate",
        "snakemake -n",
        "snakemake --cores all download",
        "snakemake --cores all",
        "snakemake --cores all --configfile config/tiny.yaml",
        "unjpeg --help",
        "snakemake --cores all --report report.zip",
        "unjpeg status config/tiny.yaml",
        "unjpeg clean config/tiny.yaml",
        "unjpeg verify tiny",
        *PICTURES,
    }
    rest = [c for c in commands(root) if c not in tested]
    assert [shlex.split(c)[:2] for c in rest if "PYTHONPATH" not in c] == [
        ["unjpeg", "evaluate"],
        ["unjpeg", "evaluate"],
        ["unjpeg", "show-run"],
    ]


def test_dry_runs(copy):
    plans = ("snakemake -n", "snakemake -n --cores all download", "unjpeg status config/tiny.yaml")
    for command in (*plans, "unjpeg clean config/tiny.yaml", "unjpeg --help"):
        code, text = run(copy, command)
        assert code == 0, text


def test_one_bad_picture(copy, root):
    assert set(PICTURES) <= set(commands(root))
    for command in PICTURES:
        code, text = run(copy, command)
        assert code == 0, text
        assert {"d": "JPEG, q20, 4:2:0", "r": "restored, "}[command.split()[1][0]] in text
    assert (copy / "photo.restored.png").is_file()
    assert not (copy / "restored/coffee.png").exists()  # never compressed


@pytest.mark.slow
def test_the_demo(copy, root):
    """Five to ten minutes: three networks train for real and gain at least 0.3 dB on real photographs."""
    assert "make demo" in commands(root)
    # Two threads that wait for each other beside another worker's tests take three times as long as one.
    venv = shlex.quote(str(BIN.parent))  # which stays that of the checkout: -o installs nothing into it
    code, text = run(copy, f"make demo VENV={venv} -o {venv}/.user", cores=1)
    assert code == 0, text[-4000:]
    psnr = means(copy / "results/tiny/tables/scores.csv", metric="psnr")
    for model, degradation in (
        ("car-cnn-fixed", "gray-q10"),
        ("ar-cnn-fixed", "gray-q10"),
        ("conv-unit-fixed", "q10"),
    ):
        assert psnr[model, degradation] - psnr["none", degradation] >= 0.3, (model, psnr)
    for name in ("report.html", "tables/summary.md", "plots/psnr/photos.svg", "crops/photos/gray-q10.png"):
        assert (copy / "results/tiny" / name).stat().st_size > 500

    code, text = run(copy, "snakemake --cores all --configfile config/tiny.yaml")
    assert code == 0
    assert "Nothing to be done" in text

    code, text = run(copy, "unjpeg verify tiny")
    assert code == 0 and "nothing false" in text, text

    for command in commands(root):
        if command.startswith("unjpeg evaluate"):
            code, text = run(copy, command)
            assert code == 0, text
    ours, jpeg = (means(copy / name, metric="psnr") for name in ("ours.csv", "jpeg.csv"))
    assert ours.keys() == {("conv-unit", "q10")}
    assert jpeg.keys() == {("none", "gray-q10"), ("none", "gray-q20")}

    show, train = (c for c in commands(root) if "run.json" in c)
    assert run(copy, show)[0] == 0
    code, text = run(copy, train.replace("--max-seconds 540", "--max-seconds 5"))
    assert code == 85, text
    assert "the same command goes on" in text
