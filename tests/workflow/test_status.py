"""`unjpeg status` says what Snakemake would do, of the finished smoke study and after an edit."""

import json
import os
import subprocess
import sys

from unjpeg.config.study import read_study


def status(checkout, *options):
    command = [sys.executable, "-m", "unjpeg", "status", "smoke.yaml", *options]
    environment = os.environ | {"PYTHONPATH": str(checkout.folder / "src")}
    done = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if "--json" in options else done.stdout


def test_a_finished_study_has_all_and_would_run_nothing(checkout):
    said = status(checkout, "--json")
    assert said["would_run"] == []
    assert all(stage["present"] == stage["wanted"] for stage in said["stages"])
    stages = {stage["name"]: stage for stage in said["stages"]}
    models = read_study(checkout.config).models
    assert stages["models"]["wanted"] == 3 * len(models) + 2  # weights and card of the imported one
    home = checkout.folder / "results" / "smoke" / "patches"
    assert stages["patches"]["bytes"] == sum(p.stat().st_size for p in home.rglob("*") if p.is_file())
    assert {(s["model"], s["state"], s["named"]) for s in said["states"]} == {
        (name, "finished", True) for name in models
    }


def test_edits_are_named_with_the_jobs_that_snakemake_plans(checkout):
    checkout.study(lambda s: s["models"]["car"]["train"].update(lr=2e-3))
    checkout.edit("src/unjpeg/losses/charbonnier.py", "1e-6", "1e-8")
    lost = checkout.folder / "results/smoke/rates/photos.csv"
    kept = lost.read_bytes()
    lost.unlink()
    try:
        said = status(checkout, "--json")
        planned = checkout.planned()
        text = status(checkout)
    finally:
        lost.write_bytes(kept)
    assert sum(jobs["count"] for jobs in said["would_run"]) == planned.total() - 1  # less rule all
    assert "  train car: params changed (train.lr: 0.001 -> 0.002)\n" in text
    assert "  train unit-tuned: params changed (code)\n" in text
    assert "  rates photos: output missing\n" in text
    assert [s["present"] - s["wanted"] for s in said["stages"] if s["name"] == "rates"] == [-1]
    assert {s["named"] for s in said["states"] if s["model"] in ("car", "unit-tuned")} == {False}


def test_a_mistake_in_the_config_is_one_line(checkout):
    checkout.study(lambda s: s["models"]["car"].update(arhc="x"))
    command = [sys.executable, "-m", "unjpeg", "status", "smoke.yaml"]
    done = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "arhc" in done.stderr
