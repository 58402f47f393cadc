"""A checkout of the project in a folder of its own, a study's config that tests change, its dry run."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import yaml

from .authors import files

COPIED = ("Snakefile", "workflow", "config", "envs", "src", "profiles", "pyproject.toml")


class Checkout:
    """folder: of the checkout; config: smoke.yaml in it, the small study of tests/smoke.yaml."""

    def __init__(self, folder: Path, root: Path):
        self.folder, self.config = folder, folder / "smoke.yaml"
        folder.mkdir(exist_ok=True)
        for name in COPIED:
            source, ignored = root / name, shutil.ignore_patterns("__pycache__", "*.egg-info")
            if source.is_dir() and not source.is_symlink():
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder / name, follow_symlinks=False)
        shutil.copy(root / "tests" / "smoke.yaml", self.config)
        self.draw_weights(seed=0)

    @property
    def home(self) -> Path:
        """Folder of the study's results."""
        return self.folder / "results" / "smoke"

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that must be there."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    def study(self, change) -> None:
        """Change the study's config, which `change` gets as a mapping."""
        data = yaml.safe_load(self.config.read_text("utf-8"))
        change(data)
        self.config.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")

    def draw_weights(self, seed: int) -> None:
        """The file that the study imports, as a copy that the user has."""
        files.ar_cnn(self.folder / "arcnn-q10.mat", seed=seed)
        digest = hashlib.sha256((self.folder / "arcnn-q10.mat").read_bytes()).hexdigest()
        copy = {"path": "arcnn-q10.mat", "sha256": digest}
        self.study(lambda s: s.update(metric_files={"arcnn-q10.mat": copy}))

    def command(self, *options: str, config: Path | None = None) -> list[str]:
        """Snakemake with these options; config: another study than the checkout's."""
        return [sys.executable, "-m", "snakemake", *options, "--configfile", str(config or self.config)]


class Planned(NamedTuple):
    """A job of a dry run. local: Snakemake itself runs it; fields: `output`, `reason` ..., as shown."""

    rule: str
    local: bool
    fields: dict[str, str]
    text: str


def planned(done: subprocess.CompletedProcess) -> list[Planned]:
    """The jobs that a dry run shows."""
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = []
    for said in re.split(r"\n *(?=(?:local)?(?:rule|checkpoint) )", done.stdout + "\n" + done.stderr)[1:]:
        rule = re.match(r"\w+ ([^:\s]+):", said)[1]
        jobs.append(Planned(rule, said.startswith("local"), dict(re.findall(r"\n +(\w+): (.*)", said)), said))
    return jobs
