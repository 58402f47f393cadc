"""The authors' own weights, imported, give the rows that the authors printed."""

import csv

import numpy as np
import pytest

from unjpeg.cli import main

ROWS = {
    "arcnn": {
        10: "29.03/0.7929/28.76",
        20: "31.15/0.8517/30.59",
        30: "32.51/0.8806/31.98",
        40: "33.32/0.8953/32.79",
    },
    "dncnn3": {
        10: "29.40/0.8026/29.13",
        20: "31.63/0.8610/31.19",
        30: "32.91/0.8861/32.38",
        40: "33.77/0.9003/33.23",
    },
}


@pytest.mark.parametrize(
    ("network", "quality"),
    [
        *(("arcnn", q) for q in ROWS["arcnn"]),
        ("dncnn3", 10),
        *(pytest.param("dncnn3", q, marks=pytest.mark.slow) for q in (20, 30, 40)),  # 25 s each on one core
    ],
)
def test_classic5(shared, tmp_path, network, quality, capsys):
    name = f"arcnn-q{quality}" if network == "arcnn" else network
    file = shared / "peers" / f"{name}.mat"
    if not file.is_file():
        pytest.skip("no weights of published networks in `shared`")
    folder, out = tmp_path / f"{name}@authors", tmp_path / "t.csv"
    assert main(["import", str(file), "-o", str(folder)]) == 0
    assert f"the authors' file {name}" in capsys.readouterr().out
    options = ["--degradation", f"gray-q{quality}", "--model", str(folder), "--out", str(out)]
    assert main(["evaluate", str(shared / "data/classic5"), *options]) == 0
    values = {}
    with open(out, newline="") as table:
        for row in csv.DictReader(table):
            values.setdefault(row["metric"], []).append(float(row["value"]))
    assert [len(v) for v in values.values()] == [5, 5, 5]
    psnr, ssim, psnr_b = (np.mean(values[m]) for m in ("psnr", "ssim", "psnr_b"))
    assert f"{psnr:.2f}/{ssim:.4f}/{psnr_b:.2f}" == ROWS[network][quality]
