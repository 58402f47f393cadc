"""A real Slurm on this machine, in namespaces of its own, which end with the tests; see slurm.sh."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..checkout import Checkout

PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge", "iproute2")
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "munged", "ip", "unshare", "nsenter")
NAMESPACES = ("unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"  # where Debian puts daemons; not everybody has these
HERE = Path(__file__).resolve().parent


def missing():
    return [name for name in PROGRAMS if not shutil.which(name, path=PATH)]


def install():
    """Debian's packages, where they are not there; skips where they cannot be had, or a Slurm not started."""
    if os.getuid():
        pytest.skip("to start a Slurm of one's own takes root")
    if missing():
        said = apt("update") + apt("install", "-y", "--no-install-recommends", *PACKAGES)
        if missing():
            pytest.skip(f"apt-get cannot install {', '.join(missing())}: {said.strip()[-200:]}")
    tried = subprocess.run([*NAMESPACES, "true"], capture_output=True, text=True, env=environment())
    if tried.returncode:
        pytest.skip(f"no namespaces here: {tried.stderr.strip()}")


def apt(*words):
    """What apt-get says where it fails; "" where it does not."""
    if not shutil.which("apt-get"):
        return "no apt-get"
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(["apt-get", *words], env=quiet, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return f"apt-get {words[0]} took more than five minutes"
    return done.stderr if done.returncode else ""


class Slurm:
    """Runs commands inside; what it started ends with `stop`. There is no network inside but loopback."""

    def __init__(self, folder: Path):
        self.folder = folder
        with open(folder / "up.txt", "w") as log:
            self._process = subprocess.Popen(
                [*NAMESPACES, str(HERE / "slurm.sh"), str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment(),
            )
        ready = self._process.stdout.readline()
        assert ready == "ready\n", (folder / "up.txt").read_text()
        pid = self._process.pid
        inside = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
        self._enter = ["nsenter", "--target", inside, "--mount", "--net", "--pid"]

    def start(self, command: list[str], folder: Path, log: Path) -> subprocess.Popen:
        """A process inside, in a session of its own."""
        with open(log, "a") as out:
            return subprocess.Popen(
                [*self._enter, f"--wd={folder}", *command],
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,
            )

    def __call__(self, *command: str) -> str:
        """What a command inside prints."""
        done = subprocess.run([*self._enter, *command], capture_output=True, text=True, env=environment())
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @staticmethod
    def wait_until(true, process: subprocess.Popen, log: Path):
        """What `true` gives, as soon as it is something, while a process runs."""
        while not (found := true()):
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
        return found

    def jobs(self, *states: str) -> dict[str, list[str]]:
        """Jobs by number: [state, partition, nodes, rule and wildcards]."""
        asked = ["squeue", "--noheader", "--states", ",".join(states) or "all"]
        lines = self(*asked, "--format", "%i|%T|%P|%N|%k").splitlines()
        return {line.split("|")[0]: line.split("|")[1:] for line in lines}

    def gpus(self, number: str) -> str:
        """What a job asked for: `gres:gpu:1` for all its nodes, or for each; "" for none."""
        asked = re.search(
            r"TresPer(?:Job|Node)=(\S*gpu\S*)", self("scontrol", "--oneliner", "show", "job", number)
        )
        return asked[1] if asked else ""

    def job_of(self, rule: str, *states: str) -> str | None:
        """Number of the newest job of a rule in these states."""
        found = [int(n) for n, job in self.jobs(*states).items() if job[-1] == f"rule_{rule}"]
        return str(max(found)) if found else None

    def send(self, signal: str, model: str) -> None:
        """To the processes that train a model."""
        lines = [line.split(maxsplit=1) for line in self("ps", "-eo", "pid,args").splitlines()]
        mine = [pid for pid, args in lines if "-m unjpeg train" in args and f'"model": "{model}"' in args]
        self("kill", signal, *mine)

    def stop(self) -> None:
        """Ends what slurm.sh started, and the namespaces with whatever is left in them."""
        self._process.stdin.close()
        try:
            self._process.wait(60)
        finally:
            self._process.kill()


def environment() -> dict[str, str]:
    """As a user has it on a login node: no trace of an outer Slurm, or of pytest's own paths."""
    dropped = ("PYTHONPATH", "CUDA_VISIBLE_DEVICES")
    kept = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith("SLURM_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}:{PATH}"}


@pytest.fixture(scope="session")
def slurm(tmp_path_factory):
    install()
    slurm = Slurm(tmp_path_factory.mktemp("slurm"))
    yield slurm
    slurm.stop()


class Study(Checkout):
    """The smoke study of two restorers and a detector, in a checkout of its own."""

    PROFILE = ("--profile", "workflow/profiles/slurm", "--workflow-profile", str(HERE / "profile"))

    def __init__(self, folder: Path, root: Path):
        super().__init__(folder, root)
        self.log = folder / "log.txt"

        def small(study):
            study["models"] = {name: study["models"][name] for name in ("unit", "unit-tuned", "once")}
            for model in study["models"].values():
                model["resources"] = {"threads": 1, "runtime": 10, "mem_mb": 2000}
            del study["data"]["gray"]
            study["test"] |= {"sets": ["photos"], "degradations": ["q10"]}
            del study["test"]["imported"]

        self.study(small)

    def saved(self, model: str) -> list[Path]:
        """States of a training."""
        return list(self.home.glob(f"state/{model}-*/step-*.pt"))

    def said(self, model: str, text: str) -> bool:
        """Whether the log of a training has it."""
        path = self.home / "logs" / f"train-{model}.txt"
        return path.exists() and text in path.read_text()

    def here(self, *options: str) -> subprocess.CompletedProcess:
        """Snakemake without a cluster."""
        command = self.command(*options)
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=environment())

    def results(self) -> dict[str, bytes]:
        """Content of all tables, scores and weights, by path; not of cost.csv, which has seconds."""
        found = [*self.home.glob("tables/*.csv"), *self.home.glob("scores/**/*.csv")]
        found = [path for path in found if path.name != "cost.csv"]
        found += self.home.glob("models/*/model.safetensors")
        return {path.relative_to(self.home).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def study(tmp_path, root):
    return Study(tmp_path / "study", root)
