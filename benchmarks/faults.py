"""Kill a small study again and again, and compare what survives: `python benchmarks/faults.py --kills 200`.

A round is a study from nothing: its data set comes from a slow server on the loopback, and every step of
its training is saved. Snakemake runs in a session of its own. At a drawn moment SIGKILL hits the whole
process group, Snakemake alone, or the Python of one running job; the study then goes on, while orphans
still run or after they ended, until it is complete. Then all results are compared bit by bit with those
of an undisturbed study, and `unjpeg verify` follows their records. The last line sums up. Needs Linux, no
network; exit code 1 where results differ. On a busy machine: a longer `--span`.
"""

import argparse
import hashlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h5py
import yaml

from unjpeg.config.leaves import DeadLeaves
from unjpeg.images import png
from unjpeg.sources.deadleaves import draw

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("Snakefile", "workflow", "config", "envs", "src", "profiles")
TARGET = "results/faults/tables/scores.csv"
COMPARED = ("tables/scores.csv", "tables/rates.csv", "tables/leaks.csv", "splits/*.csv", "scores/*/*/*.csv")
COMPARED += ("models/*/model.safetensors", "models/*/history.csv", "degraded/*/*.h5", "patches/*/*.h5")
RESTORED = "restored/*/*/*.h5"  # by the digest of their content: their attributes tell the day
KINDS = ("group", "snakemake", "job")
PARTS = {"train": 6, "val": 2, "test": 3}
SLOWNESS = 2.5  # seconds of the download
MOST = 4  # kills of one step per round
ATTEMPTS = 40  # runs of Snakemake in a row without a kill and without an end


def study(url: str) -> dict:
    """The smallest study with every step."""
    archive = {"file": "leaves.zip", "urls": [url], "members": {f"{p}/*.png": p for p in PARTS}}
    texts = dict.fromkeys(("title", "licence", "citation"), "for a test")
    network = {
        "arch": "car_cnn",
        "settings": {"widths": [8, 8, 4], "init": "he", "skip": True},
        "resources": {"threads": 1},
    }
    train = {"steps": 150, "batch": 4, "val_every": 50}
    data = {"train": ["served"], "val": ["served"], "degradations": ["gray-q10"], "patch": 32, "stride": 16}
    return {
        "study": "faults",
        "datasets": {"served": {**texts, "count": sum(PARTS.values()), "archives": [archive]}},
        "data": {"gray": data},
        "models": {
            "first": {**network, "data": "gray", "train": train},
            "second": {**network, "data": "gray", "start_from": "first", "train": train},
        },
        "test": {"sets": ["served"], "degradations": ["gray-q10", "gray-q30"], "metrics": ["psnr", "ssim"]},
    }


def archive() -> bytes:
    """A zip of drawn images; equal in every run."""
    leaves, out, index = DeadLeaves(images=sum(PARTS.values()), size=96, seed=7), io.BytesIO(), 0
    with zipfile.ZipFile(out, "w") as file:
        for part, count in PARTS.items():
            for _ in range(count):
                file.writestr(zipfile.ZipInfo(f"{part}/{index:02}.png"), png(draw(leaves, index)))
                index += 1
    return out.getvalue()


def served(data: bytes) -> str:
    """Address of these bytes, which come slowly; ranges are honoured."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if start else 200)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Length", str(len(data) - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            step = len(data) // 50 + 1
            try:
                for k in range(start, len(data), step):
                    self.wfile.write(data[k : k + step])
                    time.sleep(SLOWNESS / 50)
            except OSError:  # the other end was killed
                pass

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/leaves.zip"


class Study:
    """A checkout of its own in a folder, and Snakemake in it."""

    def __init__(self, folder: Path, cores: int):
        self.folder, self.cores = folder, cores
        for name in COPIED:
            source = ROOT / name
            if source.is_dir() and not source.is_symlink():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / name, follow_symlinks=False)
        rules = folder / "workflow" / "rules" / "train.smk"
        often = rules.read_text("utf-8").replace("--threads {threads}", "--save-every 0 --threads {threads}")
        assert "--save-every 0" in often
        rules.write_text(often, "utf-8")
        (folder / "study.yaml").write_text(yaml.safe_dump(study(served(archive()))))
        self.log = (folder / "snakemake.log").open("w")

    def start(self, *options: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "snakemake", "--cores", str(self.cores)]
        command += [*options, "--configfile", "study.yaml"]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        environment |= {"OMP_NUM_THREADS": "1", "no_proxy": "127.0.0.1"}
        options = {"cwd": self.folder, "env": environment, "start_new_session": True}
        return subprocess.Popen(command, stdout=self.log, stderr=self.log, **options)

    def fresh(self) -> None:
        for name in ("results", "resources", ".snakemake"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def verified(self) -> bool:
        """Whether every result follows from its inputs, as its record says."""
        command = [sys.executable, "-m", "unjpeg", "verify", "faults"]
        options = {"cwd": self.folder, "env": os.environ | {"PYTHONPATH": str(self.folder / "src")}}
        return (
            subprocess.run(command, stdout=self.log, stderr=self.log, check=False, **options).returncode == 0
        )

    def results(self) -> dict[str, str]:
        """Digest of each result."""
        home, found = self.folder / "results" / "faults", {}
        for path in sorted(p for pattern in COMPARED for p in home.glob(pattern)):
            found[str(path.relative_to(home))] = hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.glob(RESTORED)):
            with h5py.File(path) as file:
                found[str(path.relative_to(home))] = file.attrs["digest"]
        return found


def living(session: int) -> Iterator[tuple[int, str]]:
    """(pid, verb of `unjpeg`, empty for anything else) of a session's processes."""
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(status[3]) == session and status[0] != "Z":
                words = (entry / "cmdline").read_bytes().decode().split("\0")
                yield int(entry.name), words[3] if words[1:3] == ["-m", "unjpeg"] else ""
        except (OSError, ValueError, IndexError):
            continue


class Campaign:
    def __init__(self, made: Study, seed: int, kills: int, span: float):
        self.study, self.draw, self.kills, self.span = made, random.Random(seed), kills, span
        self.hit, self.kinds, self.met = Counter(), Counter(), 0

    def round(self) -> None:
        """One study from nothing to its end, with as many kills as fall into it."""
        self.study.fresh()
        idle, self.spent = 0, Counter()
        while True:
            run, before = self.study.start(TARGET), self.kinds.total()
            while self.kinds.total() < self.kills and self._wait(run):
                if not self._spared(run) and self._kill(run) != "job":
                    break
            if run.wait() == 0:
                break
            idle = 0 if self.kinds.total() > before else idle + 1
            if idle > ATTEMPTS:
                raise SystemExit(f"the study does not end: see {self.study.log.name}")
            if self.draw.random() < 0.5:
                self._ended(run)
            else:
                self.met += any(True for _ in living(run.pid))
            if run.returncode == -signal.SIGKILL:
                self.study.start("--unlock").wait()
        self._ended(run)

    def _wait(self, run: subprocess.Popen) -> bool:
        """Sleep until the drawn moment; whether Snakemake still runs then."""
        early = self.draw.random() < 0.1
        while not early and run.poll() is None and not any(verb for _, verb in living(run.pid)):
            time.sleep(0.02)
        end = time.monotonic() + self.draw.uniform(0, self.span)
        while run.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        return run.poll() is None

    def _spared(self, run: subprocess.Popen) -> bool:
        """Whether what runs now was hit often enough in this round, or a long step would take most kills."""
        verbs = [verb for _, verb in living(run.pid) if verb] or ["between"]
        self.spent.update(verbs)
        return max(self.spent[verb] for verb in verbs) > MOST

    def _kill(self, run: subprocess.Popen) -> str:
        jobs, kind = [(pid, verb) for pid, verb in living(run.pid) if verb], self.draw.choice(KINDS)
        if kind == "job" and not jobs:
            kind = "group"
        if kind == "job":
            jobs = [self.draw.choice(jobs)]
        try:
            if kind == "group":
                os.killpg(run.pid, signal.SIGKILL)
            else:
                os.kill(jobs[0][0] if kind == "job" else run.pid, signal.SIGKILL)
        except ProcessLookupError:  # it ended by itself just now
            return kind
        self.kinds[kind] += 1
        self.hit.update([verb for _, verb in jobs] or ["between"])
        return kind

    def _ended(self, run: subprocess.Popen) -> None:
        while any(True for _ in living(run.pid)):
            time.sleep(0.05)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="in all (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and kinds (default 0)")
    parser.add_argument("--cores", type=int, default=2, help="of Snakemake (default 2)")
    parser.add_argument("--span", type=float, default=6.0, help="seconds of work in which a kill falls (6)")
    parser.add_argument("--folder", type=Path, help="an empty folder to work in, kept (default: temporary)")
    args = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        made = Study(args.folder or Path(temporary), args.cores)
        if made.start(TARGET).wait() != 0:
            raise SystemExit((made.folder / "snakemake.log").read_text()[-2000:])
        whole, campaign, rounds, differing = (
            made.results(),
            Campaign(made, args.seed, args.kills, args.span),
            0,
            0,
        )
        print(f"undisturbed: {len(whole)} results in {time.monotonic() - begin:.0f} s", flush=True)
        while campaign.kinds.total() < args.kills:
            campaign.round()
            rounds, found = rounds + 1, made.results()
            wrong = sorted(n for n in whole.keys() | found.keys() if whole.get(n) != found.get(n))
            wrong += [] if made.verified() else ["verify"]
            differing += len(wrong)
            print(
                f"round {rounds}: {campaign.kinds.total()} kills, {len(wrong)} differ {wrong or ''}",
                flush=True,
            )
    hit, kinds = (", ".join(f"{k} {n}" for k, n in c.most_common()) for c in (campaign.hit, campaign.kinds))
    seconds, total = time.monotonic() - begin, rounds * len(whole)
    print(
        f"{campaign.kinds.total()} kills, seed {args.seed}, {rounds} rounds, {differing} of {total} results "
        f"differ ({hit}; {kinds}; orphans met {campaign.met}; {seconds:.0f} s)"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
