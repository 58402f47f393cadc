"""A copy of the checkout with the smoke study run once; tests edit it, plan, and put it back."""

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from .. import checkout
from ..forked import Forked, ended

HOOK = """
import atexit, os, sys
def note():
    names = " ".join(m for m in sys.modules if m.split(".")[0] == "unjpeg")
    heavy = " ".join(m for m in ("torch",) if m in sys.modules)
    with open(os.path.join({folder!r}, f"{{os.getpid()}}.txt"), "w") as file:
        file.write("\\n".join([" ".join(sys.argv[:2]), names, heavy]))
atexit.register(note)
"""


class Checkout(checkout.Checkout):
    """A checkout in a folder of its own, and Snakemake in it."""

    def __init__(self, folder: Path, root: Path):
        super().__init__(folder, root)
        self.environment = {}

    def snakemake(self, *options: str, config: Path | None = None) -> subprocess.CompletedProcess:
        command = self.command("--cores", "2", *options, config=config)
        if "-n" in options and not self.environment:
            return ended(Forked(command[3:], self.folder, "snakemake.cli"))
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | self.environment
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=environment)

    def planned(self, *options: str) -> Counter:
        """Jobs that Snakemake would run, as `rule` or `rule wildcards...` without the study."""
        jobs = Counter()
        for job in checkout.planned(self.snakemake("-n", *options)):
            parts = [w.split("=")[1] for w in job.fields.get("wildcards", "").split(", ") if w]
            jobs[" ".join([job.rule, *(p for p in parts if p != "smoke")])] += 1
        return jobs


@pytest.fixture(scope="session")
def finished(tmp_path_factory, root):
    """The smoke study, run once, every job leaving a note of what it imported."""
    folder = tmp_path_factory.mktemp("checkout")
    study = Checkout(folder, root)
    (folder / "hook").mkdir()
    (folder / "notes").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(HOOK.format(folder=str(folder / "notes")))
    study.environment = {"PYTHONPATH": str(folder / "hook")}
    done = study.snakemake()
    study.environment = {}
    assert done.returncode == 0, done.stdout + done.stderr
    return study


@pytest.fixture
def fresh(tmp_path, root):
    """The smoke study before anything has run."""
    return Checkout(tmp_path / "checkout", root)


@pytest.fixture(name="checkout")
def edited(finished):
    """The finished study; code and config are put back afterwards."""
    kept = {
        p: p.read_bytes()
        for p in finished.folder.rglob("*")
        if p.suffix in (".py", ".yaml", ".smk")
        and p.is_file()
        and "results" not in p.parts
        and ".snakemake" not in p.parts
    }
    yield finished
    for path in finished.folder.glob("src/**/*.py"):
        if path not in kept:
            path.unlink()
    for path, data in kept.items():
        if path.read_bytes() != data:
            path.write_bytes(data)
