"""Commands as processes forked from one that has imported the large libraries: seconds less for each.

A process as any other (a pid, signals, an exit code, `unjpeg` imported anew), but for how it was started.
"""

import multiprocessing
import os
import signal
import subprocess
import tempfile
from multiprocessing.process import BaseProcess
from pathlib import Path

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    ["torch._dynamo", "lightning_fabric", "matplotlib.pyplot", "pandas", "snakemake.cli"]
)
MAIN = """
import os, sys, tempfile
from importlib import import_module
file = os.open(said, os.O_WRONLY | os.O_APPEND)
os.dup2(file, 1)
os.dup2(file, 2)
os.environ.clear()
os.environ.update(environment)
tempfile.tempdir = None  # TMPDIR may be another now
os.chdir(folder)
sys.argv = [module, *argv]
sys.exit(import_module(module).main(argv))
"""


class Forked:
    """What tests use of `subprocess.Popen`. A PYTHONPATH that was set since the first one comes too late."""

    def __init__(self, argv: list[str], folder: Path | str = ".", module: str = "unjpeg.cli"):
        """Runs `main(argv)` of `module` in `folder`."""
        file, self._said = tempfile.mkstemp()
        os.close(file)
        told = {"argv": argv, "said": self._said, "module": module, "folder": str(folder)}
        told["environment"] = dict(os.environ)
        self._process: BaseProcess = SERVER.Process(target=exec, args=(MAIN, told))
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def communicate(self) -> tuple[None, str]:
        """What it said, on both streams, once it has ended."""
        self._process.join()
        said = Path(self._said).read_text("utf-8")
        os.unlink(self._said)
        return None, said

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def ended(process: Forked | subprocess.Popen) -> subprocess.CompletedProcess:
    """Waits for its end; `stderr` is what it said."""
    _, said = process.communicate()
    return subprocess.CompletedProcess([], process.returncode, "", said)
