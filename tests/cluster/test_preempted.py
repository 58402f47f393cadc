"""A training that Slurm preempts and queues again goes on; who looks or cleans meanwhile does it no harm."""

import json
import sys

import pytest

pytestmark = pytest.mark.slow
STEPS = 600
PREEMPT = ("--profile", "workflow/profiles/slurm", "--workflow-profile", "workflow/profiles/slurm-preempt")


def test_a_preempted_training_goes_on_and_is_seen_and_spared(slurm, study):
    def one_model(config):
        train = {"loss": "l1", "batch": 4, "val_every": 100000, "steps": STEPS}
        config["models"] = {"low": {**config["models"]["unit"], "train": train}}

    def unjpeg(*words):
        code = f"PYTHONPATH={study.folder / 'src'}"
        return slurm("env", f"--chdir={study.folder}", code, sys.executable, "-m", "unjpeg", *words)

    def until(true):
        return slurm.wait_until(true, process, study.log)

    def state():
        (found,) = json.loads(unjpeg("status", "--json", "smoke.yaml"))["states"]
        return found

    study.study(one_model)
    study.edit("src/unjpeg/steps/train.py", "default=60,", "default=1,")  # seconds between two states
    target = "results/smoke/models/low/model.safetensors"
    quick = ("--slurm-init-seconds-before-status-checks", "6", "--latency-wait", "10")
    process = slurm.start(study.command(target, *PREEMPT, *quick), study.folder, study.log)
    until(lambda: study.saved("low"))
    slurm.send("-STOP", "low")  # Slurm wakes what it preempts; until then it must not end
    number = slurm.job_of("train_low", "RUNNING")
    seen = state()
    assert seen["state"] == "running"
    assert f"(Slurm job {number})" in seen["owner"]
    unjpeg("clean", "--yes", "--stale", "smoke.yaml")
    assert study.saved("low"), "a state was removed under the training"

    # Somebody whose partition goes first takes both nodes.
    urgent = ("--partition", "urgent", "--nodes", "2", "--exclusive", "--output", "/dev/null")
    slurm("sbatch", *urgent, "--job-name", "urgent", "--wrap", "sleep 5")
    until(lambda: slurm.jobs().get(number, [""])[0] == "PENDING")
    assert state()["state"] == "stopped"
    until(lambda: "urgent" not in slurm("squeue", "--noheader", "--format", "%j"))
    slurm("scontrol", "update", f"JobId={number}", "StartTime=now")  # Slurm lets it wait for two minutes
    assert process.wait() == 0, study.log.read_text()

    assert slurm.jobs()[number][0] == "COMPLETED"  # under its own number
    assert "Restarts=1 " in slurm("scontrol", "--oneliner", "show", "job", number)
    assert slurm.job_of("train_low") == number, "Snakemake submitted it a second time"
    assert study.said("low", "goes on after step")
    assert json.loads((study.home / "models/low/card.json").read_text())["steps"] == STEPS
    unjpeg("clean", "--yes", "smoke.yaml")
    assert not study.saved("low")
