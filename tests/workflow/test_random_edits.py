"""Random edits of random modules: the jobs planned for their code are those that executed an edited one.

What a job executed is told by its record: `sys.modules` when it ended. All other jobs that are planned follow
one of these. What waits for the leaks is only looked at when they are known: a test of its own.
"""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from unjpeg.chain.records import records_in
from unjpeg.provenance import ROOT, modules_of, path_of

from .. import edits
from ..checkout import planned

SNAKEFILE = modules_of(
    "unjpeg.config.study",
    "unjpeg.config.registry",
    "unjpeg.config.seeds",
    "unjpeg.metrics.protocol",
    "unjpeg.chain.snakemake",
)


def executed_by(checkout):
    """Modules that made each output, by its path."""
    records = [*records_in(checkout.folder / "results/smoke").values()]
    records += records_in(checkout.folder / "resources").values()
    return {name: set(record["code"]) for record in records for name in record["outputs"]}


def reasons_of(checkout):
    """Why Snakemake makes each output again, by its path."""
    jobs = [job.fields for job in planned(checkout.snakemake("-n"))]
    return {path: job["reason"] for job in jobs if "output" in job for path in job["output"].split(", ")}


def of_jobs(names, jobs):
    """Those of `jobs` (outputs, files or folders) that hold these files."""
    return {next((str(p) for p in (Path(n), *Path(n).parents) if str(p) in jobs), n) for n in names}


@pytest.mark.parametrize("seed", range(5))
def test_planned_are_the_jobs_whose_executed_modules_changed(checkout, seed):
    made_by = executed_by(checkout)
    rng = random.Random(seed)
    left_out = modules_of("unjpeg.__main__") | made_by["results/smoke/tables/leaks.csv"]
    drawn = rng.sample(sorted(set().union(*made_by.values()) - left_out), 10)
    for n, module in enumerate(drawn):
        path = checkout.folder / "src/unjpeg" / path_of(module).relative_to(ROOT)
        text = path.read_text("utf-8")
        numbers = module not in SNAKEFILE  # which has to plan on
        path.write_text(edits.real(text, rng, numbers) if n == 0 else edits.harmless(text, rng), "utf-8")
    reasons = reasons_of(checkout)
    executed = of_jobs((name for name, modules in made_by.items() if drawn[0] in modules), reasons)
    for_code = {name for name, reason in reasons.items() if reason.startswith("Params have changed")}
    assert for_code <= executed <= reasons.keys(), drawn
    followed = [reason for name, reason in reasons.items() if name not in for_code]
    assert all(reason.startswith("Input files updated by another job") for reason in followed), drawn


def test_one_run_makes_all_that_changed_though_the_leaks_run_first(checkout, tmp_path):
    """`detect` waits for a training that waits for the leaks; an edit reaches the first and the last."""
    folder = tmp_path / "copy"
    shutil.copytree(checkout.folder, folder, symlinks=True)
    copy = type(checkout).__new__(type(checkout))
    copy.folder, copy.config, copy.environment = folder, folder / "smoke.yaml", {}
    made_by = executed_by(copy)
    detected = "results/smoke/detected/once/photos/q10.csv"
    assert all("unjpeg.folder" in made_by[name] for name in (detected, "results/smoke/tables/leaks.csv"))
    with open(folder / "src/unjpeg/folder.py", "a") as file:
        file.write("ADDED = 1\n")
    copy.study(lambda study: study["models"]["car"]["train"].update(lr=0.5))
    done = copy.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert reasons_of(copy) == {}
    assert '"lr": 0.5' in (folder / "results/smoke/models/car/card.json").read_text()


def test_a_checkout_of_another_commit_and_back_and_a_clone_plan_nothing(checkout, tmp_path):
    """Git writes files anew, with new times."""
    git = ["git", "-C", str(checkout.folder), "-c", "user.name=t", "-c", "user.email=t@t"]
    try:
        for command in (["init", "-q"], ["add", "src", "workflow"], ["commit", "-q", "-m", "x"]):
            subprocess.run([*git, *command], check=True)
        checkout.edit("src/unjpeg/dct.py", "STEEPNESS = 1e6", "STEEPNESS = 1e7")
        subprocess.run([*git, "commit", "-qam", "y"], check=True)
        assert reasons_of(checkout)
        subprocess.run([*git, "checkout", "-q", "HEAD~1"], check=True)
        assert reasons_of(checkout) == {}
        subprocess.run(["git", "clone", "-q", str(checkout.folder), str(tmp_path / "clone")], check=True)
        for name in ("src", "workflow"):
            shutil.rmtree(checkout.folder / name)
            shutil.copytree(tmp_path / "clone" / name, checkout.folder / name)
        assert reasons_of(checkout) == {}
    finally:
        shutil.rmtree(checkout.folder / ".git")
