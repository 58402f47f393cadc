"""Formatters and linters find nothing to say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def run(root, *command):
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment)


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("snakefmt", "--check", "Snakefile", "workflow"),
        ("snakemake", "--lint", "--configfile", "config/tiny.yaml"),
        ("snakemake", "--lint", "--configfile", "config/config.yaml"),
    ],
    ids=" ".join,
)
def test_clean(root, command):
    done = run(root, *command)
    assert done.returncode == 0, done.stdout + done.stderr
