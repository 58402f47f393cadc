"""What Slurm says of a job; nothing where there is none."""

import os
import subprocess

JOB = "SLURM_JOB_ID"
ALIVE = ("RUNNING", "SUSPENDED", "STOPPED", "COMPLETING")


def job() -> str:
    """Number of the job that this process is part of, or ""."""
    return os.environ.get(JOB, "")


def runs(number: str) -> bool:
    """Whether processes of a job may be alive; False where nobody can be asked."""
    try:
        asked = ["squeue", "--noheader", "--jobs", number, "--format", "%T"]
        found = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return any(state in ALIVE for state in found.stdout.split())
