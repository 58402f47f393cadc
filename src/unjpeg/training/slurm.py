"""What Slurm says of a job; nothing where there is none."""

import os
import subprocess

JOB = "SLURM_JOB_ID"
ALIVE = ("RUNNING", "SUSPENDED", "STOPPED", "COMPLETING")


def job() -> str:
    """Number of the job that this process is part of, or ""."""
    return os.environ.get(JOB, "")


def runs(number: str) -> bool:
    """Whether processes of a job may be alive; True where Slurm gives no answer, False without Slurm."""
    try:
        asked = ["squeue", "--noheader", "--jobs", number, "--format", "%T"]
        found = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
    if found.returncode and "Invalid job id" not in found.stderr:
        return True
    return any(state in ALIVE for state in found.stdout.split())
