"""A copy of the checkout with the smoke study run once; tests edit it, plan, and put it back."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

COPIED = ("Snakefile", "workflow", "config", "envs", "src", "profiles", "pyproject.toml")
HOOK = """
import atexit, os, sys
def note():
    names = " ".join(m for m in sys.modules if m.split(".")[0] == "unjpeg")
    heavy = " ".join(m for m in ("torch",) if m in sys.modules)
    with open(os.path.join({folder!r}, f"{{os.getpid()}}.txt"), "w") as file:
        file.write("\\n".join([" ".join(sys.argv[:2]), names, heavy]))
atexit.register(note)
"""


class Checkout:
    """A checkout in a folder of its own, and Snakemake in it."""

    def __init__(self, folder: Path, root: Path):
        self.folder = folder
        for name in COPIED:
            ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
            source = root / name
            if source.is_dir() and not source.is_symlink():
                shutil.copytree(source, folder / name, ignore=ignore)
            else:
                shutil.copy(source, folder / name, follow_symlinks=False)
        self.config = folder / "smoke.yaml"
        shutil.copy(root / "tests" / "smoke.yaml", self.config)
        self.environment = {}

    def snakemake(self, *options: str, config: Path | None = None) -> subprocess.CompletedProcess:
        import os

        command = [sys.executable, "-m", "snakemake", "--cores", "2", *options]
        command += ["--configfile", str(config or self.config)]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | self.environment
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=environment)

    def planned(self, *options: str) -> Counter:
        """Jobs that Snakemake would run, as `rule` or `rule wildcards...` without the study."""
        done = self.snakemake("-n", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        jobs = Counter()
        for block in re.split(r"\n(?=(?:local)?rule |checkpoint )", done.stdout + "\n" + done.stderr)[1:]:
            name = re.match(r"\w+ ([^:\s]+):", block)[1]
            wildcards = re.search(r"\n    wildcards: (.*)", block)
            parts = [w.split("=")[1] for w in wildcards[1].split(", ")] if wildcards else []
            jobs[" ".join([name, *(p for p in parts if p != "smoke")])] += 1
        return jobs

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that must be there."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    def study(self, change) -> None:
        """Change the smoke study, which `change` gets as a mapping."""
        data = yaml.safe_load(self.config.read_text("utf-8"))
        change(data)
        self.config.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")


@pytest.fixture(scope="session")
def finished(tmp_path_factory, root):
    """The smoke study, run once, every job leaving a note of what it imported."""
    folder = tmp_path_factory.mktemp("checkout")
    checkout = Checkout(folder, root)
    (folder / "hook").mkdir()
    (folder / "notes").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(HOOK.format(folder=str(folder / "notes")))
    checkout.environment = {"PYTHONPATH": str(folder / "hook")}
    done = checkout.snakemake()
    checkout.environment = {}
    assert done.returncode == 0, done.stdout + done.stderr
    return checkout


@pytest.fixture
def fresh(tmp_path, root):
    """The smoke study before anything has run."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    return Checkout(folder, root)


@pytest.fixture
def checkout(finished):
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
