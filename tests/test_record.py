"""What a job ran with: the commit is that of this checkout or none."""

import re
import shutil
import subprocess
import sys

import pytest

from unjpeg import record


@pytest.fixture
def git(tmp_path):
    """`git("add", ".")` in a repository of its own."""

    def run(*command):
        options = ["-c", "user.name=t", "-c", "user.email=t@t"]
        done = subprocess.run(
            ["git", *options, *command], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    run("init", "-q")
    return run


def commit(folder):
    code = "from unjpeg.record import commit; print(commit())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def copy(root, folder):
    shutil.copytree(root / "src/unjpeg", folder / "unjpeg", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_commit_of_the_checkout(root, tmp_path, git):
    src = copy(root, tmp_path / "src")
    (tmp_path / ".gitignore").write_text("__pycache__\nresults\n")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert commit(src) == git("rev-parse", "HEAD")[:12]
    (tmp_path / "results").write_text("ignored")
    assert commit(src) == git("rev-parse", "HEAD")[:12]
    (src / "unjpeg/errors.py").write_text((src / "unjpeg/errors.py").read_text() + "\n")
    assert commit(src) == git("rev-parse", "HEAD")[:12] + "-dirty"


def test_no_commit_outside_git_nor_of_another_project(root, tmp_path, git):
    installed = copy(root, tmp_path / "venv/lib/site-packages")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert commit(installed) == "None"
    shutil.rmtree(tmp_path / ".git")
    assert commit(installed) == "None"


def test_versions_days_and_processors_are_words():
    found = record.versions("numpy", "no-such-package")
    assert list(found) == ["Python", "numpy"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", record.today())
    assert re.fullmatch(r"CPU \w+", record.cpu())
