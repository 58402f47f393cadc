"""The study as jobs of a real Slurm: the same results, through every fault that a cluster has."""

import json
import re

import numpy as np
import pytest

from unjpeg.store.weights import read_weights

pytestmark = pytest.mark.slow
LOCAL = {"fetch", "all"}  # Snakemake runs them itself


def test_a_study_through_slurm_is_the_study_of_one_machine(slurm, study):
    """Each job in the accounting, trainings alone with a GPU, no network inside, equal bits."""
    done = study.here("--cores", "2", "download")  # on the login node, outside
    assert done.returncode == 0, done.stderr
    before = set(slurm.jobs())
    process = slurm.start(study.command(*study.PROFILE), study.folder, study.log)
    assert process.wait() == 0, study.log.read_text()
    jobs = {number: job for number, job in slurm.jobs().items() if number not in before}
    assert {job[0] for job in jobs.values()} == {"COMPLETED"}
    accounted = (slurm.folder / "log" / "jobs").read_text()
    assert all(f"JobId={number} " in accounted for number in jobs)

    ran = set(re.findall(r"Finished jobid: \d+ \(Rule: (\S+)\)", study.log.read_text()))
    told = " ".join(job[-1] for job in jobs.values())
    assert ran - LOCAL
    logs = "".join(path.read_text() for path in study.folder.glob("results/slurm-logs/**/*.log"))
    for rule in ran - LOCAL:
        assert re.search(rf"(rule|checkpoint) {rule}:", logs), f"{rule} did not run as a job: {told}"
    for number, (_, partition, _, what) in jobs.items():
        wanted = ("gpu", "gres:gpu:1") if what.startswith("rule_train") else ("cpu", "")
        assert (partition, slurm.gpus(number)) == wanted, what
    # Many small jobs were few.
    assert len(jobs) < len(re.findall("Finished jobid", study.log.read_text())) * 0.8

    found = study.results()
    assert "tables/scores.csv" in found and "models/unit-tuned/model.safetensors" in found
    (study.home).rename(study.folder / "of-slurm")
    done = study.here("--cores", "2")
    assert done.returncode == 0, done.stderr
    assert study.results() == found


def test_trainings_outlive_what_a_cluster_does(slurm, study):
    """scancel, a time limit, slurmd restarted, `kill -9` of Snakemake: nothing is trained twice."""
    steps = {"cut": 1500, "hung": 500}
    plan = {"loss": "l1", "batch": 4, "val_every": 100000}

    def two_models(config):
        unit = config["models"]["unit"]
        config["models"] = {name: {**unit, "train": {**plan, "steps": n}} for name, n in steps.items()}

    study.study(two_models)
    study.edit("src/unjpeg/steps/train.py", "default=60,", "default=1,")  # seconds between two states
    target = "results/smoke/tables/scores.csv"
    command = study.command(target, *study.PROFILE, "--set-resources", "train_hung:runtime=1")
    process = slurm.start(command, study.folder, study.log)

    def wait_until(true):
        return slurm.wait_until(true, process, study.log)

    saved, said = study.saved, study.said

    # A training hangs, and is killed at its limit.
    wait_until(lambda: saved("hung"))
    hung = slurm.job_of("train_hung", "RUNNING")
    slurm.send("-STOP", "hung")

    # Another is cancelled in the middle, and goes on as a new job.
    wait_until(lambda: saved("cut"))
    cancelled = slurm.job_of("train_cut", "RUNNING")
    slurm("scancel", cancelled)
    wait_until(lambda: said("cut", "goes on after step"))
    again = slurm.job_of("train_cut", "RUNNING")
    assert again != cancelled
    slurm.send("-STOP", "cut")  # so that it does not end before the rest was tried

    # The daemon of their node is stopped, and started again.
    node = slurm.jobs()[again][2]
    daemon = slurm.folder / f"spool.{node}" / "pid"
    slurm("kill", daemon.read_text().strip())
    wait_until(lambda: not daemon.exists())
    slurm("slurmd", "-N", node)

    # Snakemake is killed; the training stays, and that of the next Snakemake waits for it in the queue.
    slurm("pkill", "-9", "-f", f"snakemake {target} --profile")
    assert process.wait() != 0
    assert slurm.jobs("RUNNING").get(again)
    unlock = slurm.start(study.command("--unlock"), study.folder, study.log)
    assert unlock.wait() == 0, study.log.read_text()
    process = slurm.start(command, study.folder, study.log)
    wait_until(lambda: said("cut", f"(Slurm job {again}) is training this run; waits for its end"))
    slurm.send("-CONT", "cut")
    assert process.wait() == 0, study.log.read_text()

    jobs = slurm.jobs()
    states = {number: jobs[number][0] for number in (hung, cancelled, again)}
    assert states == {hung: "TIMEOUT", cancelled: "CANCELLED", again: "COMPLETED"}
    for model in steps:
        card = json.loads((study.home / "models" / model / "card.json").read_text())
        assert card["steps"] == steps[model]
        assert len(list(study.home.glob(f"state/{model}-*"))) == 1
        assert said(model, "goes on after step")  # also the last of its jobs
    assert said("cut", f"goes on after step {steps['cut']} of")  # nothing was left to do
    done = study.here("--cores", "2", "-n", target)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_a_training_over_two_nodes_and_one_by_another_scheduler_are_that_of_one_machine(slurm, study):
    def equal_models(config):
        unit = config["models"]["unit"] | {
            "resources": {"threads": 1, "gpu": 0, "runtime": 10, "mem_mb": 1000}
        }
        config["models"] = dict.fromkeys(("here", "nodes", "generic"), unit)

    def weights(model):
        return read_weights(study.home / "models" / model / "model.safetensors")[0]

    def through(target, *options):
        process = slurm.start(study.command(target, *options), study.folder, study.log)
        assert process.wait() == 0, study.log.read_text()

    study.study(equal_models)
    done = study.here("--cores", "2", "results/smoke/models/here/model.safetensors")
    assert done.returncode == 0, done.stderr
    shape = {"mpi": "srun", "nodes": 2, "tasks_per_node": 2, "gres": "gpu:2"}
    tasks = [f"train_nodes:{name}={value}" for name, value in shape.items()]
    through("results/smoke/models/nodes/model.safetensors", *study.PROFILE, "--set-resources", *tasks)
    assert json.loads((study.home / "models/nodes/card.json").read_text())["devices"] == 4
    number = slurm.job_of("train_nodes")
    assert slurm.jobs()[number][1:3] == ["gpu", "gpu[1-2]"]
    assert slurm.gpus(number) == "gres:gpu:2"  # on each
    for name, tensor in weights("nodes").items():
        np.testing.assert_allclose(tensor, weights("here")[name], rtol=0, atol=2e-6)

    generic = ("--profile", "workflow/profiles/cluster-generic", "--seconds-between-status-checks", "1")
    through("results/smoke/models/generic/model.safetensors", *generic, "--jobs", "4")
    # Its comment is empty; without a GPU it goes to the other partition.
    assert any(job[-1] == "(null)" and job[1] == "cpu" for job in slurm.jobs().values())
    for name, tensor in weights("generic").items():
        assert (tensor == weights("here")[name]).all()
