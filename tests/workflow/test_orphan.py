"""Snakemake is killed, its training goes on: nothing is trained twice, the study ends as if undisturbed."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from unjpeg.training.lock import held, written

STEPS = 600  # some seconds


def small(checkout):
    """One model, one set, and a log that shows each tenth of a second."""

    def change(study):
        study["models"] = {"car": study["models"]["car"]}
        study["models"]["car"]["train"] = {"steps": STEPS, "batch": 4, "val_every": STEPS // 2}
        study["models"]["car"]["resources"] = {"threads": 1}
        study["data"] = {"gray": study["data"]["gray"]}
        study["test"] = {"sets": ["photos-gray"], "degradations": ["gray-q10"], "metrics": ["psnr"]}

    checkout.study(change)
    checkout.edit("src/unjpeg/training/progress.py", "LOG_EVERY = 15.0", "LOG_EVERY = 0.1")
    return checkout


def results(checkout):
    """Bytes of what a reader of the study takes home."""
    home = checkout.folder / "results" / "smoke"
    names = [
        "models/car/model.safetensors",
        "models/car/history.csv",
        "tables/scores.csv",
        "tables/summary.csv",
    ]
    return {name: (home / name).read_bytes() for name in names}


def status(checkout):
    command = [sys.executable, "-m", "unjpeg", "status", "smoke.yaml", "--json"]
    environment = os.environ | {"PYTHONPATH": str(checkout.folder / "src")}
    done = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_until(true):
    for _ in range(12000):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("waited ten minutes")


@pytest.mark.slow
def test_a_training_outlives_snakemake_and_is_not_repeated(fresh):
    checkout = small(fresh)
    home = checkout.folder / "results" / "smoke"
    log = home / "logs" / "train-car.txt"
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", "smoke.yaml"]
    with open(checkout.folder / "out.txt", "w") as out:
        snakemake = subprocess.Popen(
            command, cwd=checkout.folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    wait_until(lambda: any(held(folder) and written(folder) for folder in home.glob("state/*")))
    (folder,) = home.glob("state/*")
    pid = written(folder).pid
    try:
        os.kill(snakemake.pid, signal.SIGKILL)
        snakemake.wait()
        length = log.stat().st_size
        wait_until(lambda: log.stat().st_size > length and "car [" in log.read_text()[length:])
        os.kill(pid, signal.SIGSTOP)  # so that it does not end before the rest was tried
        assert held(folder)

        said = status(checkout)
        (state,) = said["states"]
        assert (state["state"], state["steps"]) == ("running", STEPS)
        assert state["owner"].startswith(f"process {pid} on ")
        assert 0 < state["step"] < STEPS
        assert re.fullmatch(r"\d+:\d\d:\d\d", state["left"])
        assert said["locked"]
        assert "train car" in [jobs["what"] for jobs in said["would_run"]]

        assert checkout.snakemake("--unlock").returncode == 0
        second = checkout.snakemake()
        assert second.returncode != 0
        assert (
            f"process {pid} on {socket.gethostname()} is training this run; wait for it or stop it"
            in second.stdout + second.stderr
        )
        assert "Error in rule train_car" in second.stdout + second.stderr
        assert written(folder).pid == pid and held(folder)
        assert list(home.glob("state/*")) == [folder]
        os.kill(pid, signal.SIGCONT)
        wait_until(lambda: not held(folder))
    finally:
        for number in (signal.SIGCONT, signal.SIGTERM):
            if held(folder):
                os.kill(pid, number)

    card = home / "models" / "car" / "card.json"
    made = card.stat().st_mtime_ns
    assert json.loads(card.read_text())["steps"] == STEPS
    last = checkout.snakemake()
    assert last.returncode == 0, last.stdout + last.stderr
    assert written(folder).pid == pid  # no other process ever trained
    assert card.stat().st_mtime_ns == made
    assert list(home.glob("state/*")) == [folder]
    assert status(checkout)["would_run"] == []
    found = results(checkout)
    checkout.study(lambda study: study["models"]["car"]["train"].update(lr=0.002))
    said = status(checkout)["would_run"]
    assert ["params changed (train.lr: 0.001 -> 0.002)"] in [jobs["why"] for jobs in said]
    checkout.study(lambda study: study["models"]["car"]["train"].pop("lr"))

    for name in ("results", "resources", ".snakemake"):
        shutil.rmtree(checkout.folder / name)
    undisturbed = checkout.snakemake()
    assert undisturbed.returncode == 0, undisturbed.stdout + undisturbed.stderr
    assert f"{STEPS}/{STEPS}" in log.read_text()
    assert results(checkout) == found
