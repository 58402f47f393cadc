"""Every profile plans the study, names rules that exist, and gives trainings, and them alone, a GPU."""

import logging
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml

from .. import checkout

PROFILES = "workflow/profiles"
CLUSTERS = ("slurm", "cluster-generic", "lsf", "htcondor")


@pytest.fixture(scope="module")
def planned(root, tmp_path_factory):
    """`planned(profile)`: resources of each planned job, as Snakemake shows them, with its rule's name."""
    folder = tmp_path_factory.mktemp("profiles")
    for name in ("Snakefile", "workflow", "config", "envs", "src", "profiles", "tests"):
        (folder / name).symlink_to(root / name)
    study = yaml.safe_load((root / "tests/smoke.yaml").read_text("utf-8"))
    study["test"]["shipped"] = {"photo+file": None}
    (folder / "study.yaml").write_text(yaml.safe_dump(study))

    def plan(*options):
        command = [sys.executable, "-m", "snakemake", "-n", "--configfile", "study.yaml", *options]
        environment = os.environ | {"CONDOR_CONFIG": "/dev/null"}
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
        return [(job.rule, job.local, resources(job)) for job in checkout.planned(done)]

    return plan


def resources(job):
    return dict(re.findall(r"(\w+)=(.*?)(?:, (?=\w+=)|$)", job.fields.get("resources", "")))


def of(root, name):
    return yaml.safe_load((root / PROFILES / name / "config.yaml").read_text("utf-8"))


def test_every_folder_is_known(root):
    found = {path.name for path in (root / PROFILES).iterdir()}
    assert found == {"default", "slurm-preempt", *CLUSTERS}


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_profile_plans_the_study(planned, root, name):
    jobs = planned("--profile", f"{PROFILES}/{name}")
    rules = {rule for rule, _, _ in jobs}
    profile = of(root, name)
    named = {*profile.get("set-resources", {}), *profile.get("groups", {})}
    assert named <= rules | {"detect"}, "a misspelt rule is ignored by Snakemake without a word"
    assert {*profile.get("group-components", {})} <= {*profile.get("groups", {}).values()}
    for rule, local, resources in jobs:
        training = rule.startswith("train_")
        assert (resources.get("gpu", "0") != "0") == training, rule
        if not local:
            assert int(resources["mem_mb"]) >= 300, rule  # less is not enough for Snakemake itself
            assert int(resources["runtime"]) > 0, rule
        if name == "lsf":
            assert ("-gpu" in resources.get("lsf_extra", "")) == training, rule
        if name == "htcondor":
            assert (resources.get("request_gpus", "0") == "1") == training, rule
        if name == "slurm" and not local:
            assert resources["nodes"] == "1", rule  # else GPUs may be gathered from several
    assert sum(rule.startswith("train_") for rule in rules) == 5


@pytest.mark.parametrize("name", ["slurm", "slurm-preempt"])
def test_trainings_go_to_a_partition_with_gpus(planned, root, name):
    partitions = pytest.importorskip("snakemake_executor_plugin_slurm.partitions")
    known = partitions.read_partition_file(root / of(root, name)["slurm-partition-config"])
    for rule, local, resources in planned("--profile", f"{PROFILES}/slurm"):
        if not local:
            numbers = {k: int(v) if v.isdigit() else v for k, v in resources.items()}
            job = SimpleNamespace(name=rule, threads=1, resources=numbers)
            found = partitions.get_best_partition(known, job, logging.getLogger())
            assert found == ("gpu" if rule.startswith("train_") else "cpu"), rule


def test_a_study_says_what_a_training_needs_and_a_profile_overrules_it(planned, tmp_path, root):
    study = yaml.safe_load((root / "tests" / "smoke.yaml").read_text("utf-8"))
    study["models"]["car"]["resources"] = {"gpu": 4, "runtime": 33, "mem_mb": 1234, "threads": 3}
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study), "utf-8")

    def car(*options):
        jobs = planned("--configfile", str(path), *options)
        return next(resources for rule, _, resources in jobs if rule == "train_car")

    on_slurm = ("--profile", f"{PROFILES}/slurm", "--executor", "dryrun")
    told = car(*on_slurm)
    assert (told["gpu"], told["runtime"], told["mem_mb"]) == ("4", "33", "1234")
    assert car(*on_slurm, "--set-resources", "train_car:gpu=2")["gpu"] == "2"
    elsewhere = {"lsf": ("lsf_extra", "-gpu num=4"), "htcondor": ("request_gpus", "4")}
    for name, (key, value) in elsewhere.items():
        assert car("--profile", f"{PROFILES}/{name}", "--executor", "dryrun")[key] == value
    assert int(car(*on_slurm, "--set-resources", "train_car:mem_mb=77")["mem_mb"]) == 77
    # Without a cluster trainings share the GPUs of the machine, one unless told otherwise.
    assert (car("--cores", "2")["gpu"], car("--cores", "2")["local_gpu"]) == ("4", "1")
    assert car("--cores", "2", "--resources", "local_gpu=3")["local_gpu"] == "3"


def test_every_line_of_a_profile_has_a_reason_above(root):
    for path in sorted((root / PROFILES).glob("*/config.yaml")):
        above, resources = "", False
        for line in path.read_text("utf-8").splitlines():
            resources = line.startswith("default-resources:") or (resources and line[:1] in " ")
            if re.match(r"  [a-z]\w+:" if line.startswith(" ") and resources else r"[a-z][\w-]+:", line):
                assert above.lstrip().startswith("#") or above.endswith(":"), f"{path}: {line}"
            above = line
