"""What a job ran with: packages, machine, commit, day. For the foot of tables; in no digest and no parameter.

A digest says what has to run again. This says what did run, so a new day or commit makes nothing run.
"""

import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from unjpeg.provenance import ROOT


def job(packages: Iterable[str], device: str) -> dict:
    """What this job runs with: `versions`, `device`, `commit` (None outside git) and `date`."""
    return {"versions": versions(*packages), "device": device, "commit": commit(), "date": today()}


def versions(*packages: str) -> dict[str, str]:
    """Versions of Python and of installed packages; absent packages are absent here."""
    found = {"Python": platform.python_version()}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def cpu() -> str:
    """The processor's kind, such as `CPU x86_64`."""
    return f"CPU {platform.machine()}"


def today() -> str:
    """The day in UTC: 2026-11-21."""
    return datetime.now(UTC).date().isoformat()


def commit() -> str | None:
    """Commit of the checkout that this package runs from, `-dirty` where files differ; None outside git.

    An installed package may lie inside the repository of another project, whose commit says nothing.
    """
    top = _git("rev-parse", "--show-toplevel")
    if top is None or ROOT.parents[1] != Path(top).resolve():
        return None
    return _git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
