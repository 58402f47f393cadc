"""Classic5 through the study and through `unjpeg evaluate`: the literature's JPEG rows, digit for digit."""

import csv
import hashlib
import re
import subprocess
import sys

import numpy as np
import pytest
import yaml

from unjpeg.cli import main

# DnCNN, FBCNN, SwinIR and all after them.
ROWS = {
    "gray-q10": "27.82 / 0.7595 / 25.21",
    "gray-q20": "30.12 / 0.8344 / 27.50",
    "gray-q30": "31.48 / 0.8666 / 28.94",
    "gray-q40": "32.43 / 0.8849 / 29.92",
}
COPIES = {
    "niqe_modelparameters.mat": "niqe_modelparameters.mat",
    "brisque_svm_weights.pth": "brisque_svm_weights_from_allmodel.pt",
}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(path, **wanted):
    with open(path, newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[k] == v for k, v in wanted.items())]


@pytest.mark.parametrize("named", [[], ["--protocol", "gray-matlab"]])
def test_evaluate(shared, tmp_path, capsys, named):
    out, folder = tmp_path / "t.csv", shared / "data/classic5"
    assert main(["evaluate", str(folder), "--degradation", *ROWS, *named, "--out", str(out)]) == 0
    for degradation, row in ROWS.items():
        values = {}
        for line in rows(out, degradation=degradation, protocol="gray-matlab"):
            values.setdefault(line["metric"], []).append(float(line["value"]))
        assert [len(v) for v in values.values()] == [5, 5, 5]
        psnr, ssim, psnr_b = (np.mean(values[m]) for m in ("psnr", "ssim", "psnr_b"))
        assert f"{psnr:.2f} / {ssim:.4f} / {psnr_b:.2f}" == row
    assert "none gray-q10 gray-matlab 5 images: psnr 27.8" in capsys.readouterr().out


@pytest.fixture(scope="module")
def tables(shared, root, tmp_path_factory):
    """Folder of the tables of a study without models, run by Snakemake from images to the page."""
    folder = tmp_path_factory.mktemp("classic5")
    files = {}
    for name, copy in COPIES.items():
        path = shared / "metrics" / copy
        files[name] = {"path": str(path), "sha256": sha256(path)}
    study = {
        "study": "rows",
        "datasets": {"classic5": {"path": str(shared / "data/classic5")}},
        "metric_files": files,
        "test": {
            "sets": ["classic5"],
            "degradations": list(ROWS),
            "metrics": ["psnr", "ssim", "psnr_b", "niqe", "brisque"],
        },
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder)]
    command += ["--configfile", str(folder / "study.yaml")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    logs = "".join(path.read_text() for path in folder.glob("re*/**/logs/**/*.txt"))
    assert done.returncode == 0, done.stderr[-3000:] + logs[-3000:]
    return folder / "results/rows/tables"


def test_study(tables):
    lines = (tables / "summary.md").read_text("utf-8").splitlines()
    assert f"| JPEG (input) | {' | '.join(ROWS.values())} |" in lines
    assert "| *JPEG* [1] | " + " | ".join(ROWS.values()) + " |" in [
        re.sub(r"\[\d+\]", "[1]", t) for t in lines
    ]


def test_naturalness_of_originals_and_jpegs(tables):
    """As another implementation measured them: the JPEG of quality 40 beats its own original on NIQE."""
    lines = (tables / "summary.md").read_text("utf-8").splitlines()
    shown = {}
    for label in ("JPEG (input)", "clean (ground truth)"):
        cells = [t for t in lines if t.startswith(f"| {label} |")][-1].split("|")[2:6]
        shown[label] = [cell.replace("*", "").split(" / ") for cell in cells]
    first, last = shown["JPEG (input)"][0], shown["JPEG (input)"][3]
    assert [float(x) for x in (*first, *last)] == pytest.approx([7.16, 64.3, 4.46, 31.4], abs=0.051)
    assert [float(x) for x in shown["clean (ground truth)"][0]] == pytest.approx([5.04, 19.5], abs=0.051)


def test_the_foot_and_the_cards_are_of_the_jobs(tables, shared):
    foot = (tables / "foot.txt").read_text("utf-8")
    for part in (
        r"Seed of the study: 0 ",
        r"classic5 \(5 images, [0-9a-f]{12}\)",
        r"JPEG by Pillow \d+\.\d+.* with libjpeg-turbo \d",
        r"Scored with numpy .*, pyiqa 0\.1\.\d+, .*, on CPU \w+, 20\d\d-\d\d-\d\d, (commit|outside git)",
    ):
        assert re.search(part, foot), part
    assert "not recorded" not in foot
    cards = (tables / "metrics.csv").read_text("utf-8")
    for copy in COPIES.values():
        assert sha256(shared / "metrics" / copy) in cards
    page = (tables.parent / "report.html").read_text("utf-8")
    assert "clean (ground truth)" in page
    assert all(line in page for line in ('<h2 id="metrics-title">Metrics</h2>', "Scored with numpy"))
