"""The fault campaign in small: kills of Snakemake, of jobs and of both end in the undisturbed results."""

import os
import re
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_after_six_kills_all_results_are_those_of_the_undisturbed_study(root, tmp_path):
    command = [sys.executable, str(root / "benchmarks" / "faults.py"), "--kills", "6", "--seed", "1"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *_, summary = done.stdout.splitlines()
    assert re.match(r"6 kills, seed 1, \d+ rounds, 0 of \d+ results differ", summary), done.stdout
    assert int(re.search(r"0 of (\d+) results", summary)[1]) % 22 == 0, summary
