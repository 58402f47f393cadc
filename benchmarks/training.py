"""Training steps: fed from HDF5 or by one batch in memory, and against a plain loop of PyTorch.

For each supervised architecture, with the settings and the batch of its entry in config/config.yaml (or of a
smaller batch where a step would take minutes on a CPU). An entry in float32 is measured in bf16-mixed too
where the device has such instructions: what a run of one's own would gain by `precision`.
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from benchmarks.photographs import photographs
from benchmarks.ratio import Row, in_turns
from lightning_fabric import Fabric

from unjpeg import losses, models
from unjpeg.bfloat16 import native
from unjpeg.config.study import read_study
from unjpeg.degradation import Compress
from unjpeg.images import read_uint8
from unjpeg.jpeg import encode
from unjpeg.store.patches import Patches, write_patches
from unjpeg.training.batches import Batches
from unjpeg.training.launch import precision_on
from unjpeg.training.learner import Learner

ROOT = Path(__file__).resolve().parents[1]
# entry of config/config.yaml: patches in a batch on a CPU, for a step of a second
ENTRIES = {
    "car-cnn-fixed": 128,
    "ar-cnn-q10-paper": 128,
    "conv-unit-fixed": 4,
    "dncnn3-paper": 16,
    "fbcnn-color-paper": 1,
    "block-cnn-fixed": 1,
    "dejpeg-small-fixed": 2,
    "arnet-minimal-fixed": 4,
    "unshuffle-color": 16,
    "unshuffle-unet-color": 16,
}
ROUNDS = 2  # steps in a repeat, each beside one of the peer
PATCHES, FED = 512, 0.97
WHY_FED = "a batch is one index of a memory map and one division; the rest is noise"


class Steps:
    """Training of one entry, as `unjpeg train` does it, and the same network in a plain loop."""

    def __init__(self, name: str, precision: str | None, folder: Path | None, home: Path, device: str):
        """precision: None for that of the entry."""
        study = read_study(ROOT / "config" / "config.yaml")
        self.run, self.device = study.run_of(name), torch.device(device)
        train = self.run["train"]
        train["precision"] = precision_on(device, precision or train["precision"])
        self.batch = self.run["train"]["batch"] if device == "cuda" else ENTRIES[name]
        side = study.data[study.models[name].data].patch
        self.batches = Batches(
            _patches(folder, home / f"{name}.h5", side, self.run["channels"]), self.batch, 0
        )
        self.fabric = Fabric(accelerator=device, devices=1, precision=train["precision"])
        self.learner = Learner(self.fabric, self._model(), self.run["train"])
        self.plain = self._model().to(self.device)
        self.optimizer = torch.optim.Adam(self.plain.parameters(), self.run["train"]["lr"])
        weights = self.run["train"]["loss"]
        self.losses = [(weight, losses.load(loss)) for loss, weight in weights.items()]
        self.held, self.step = self.batches.read(0, self.device), 0

    def _model(self) -> torch.nn.Module:
        torch.manual_seed(0)
        return models.load(self.run["arch"]).Model(channels=self.run["channels"], **self.run["settings"])

    def fed(self) -> None:
        """From the file."""
        self.step += 1
        self._ours(*self.batches.read(self.step, self.device))

    def from_memory(self) -> None:
        self._ours(*self.held)

    def eager(self) -> None:
        """As a tutorial writes it: float32, NCHW, Adam."""
        degraded, clean = (x.contiguous() for x in self.held)
        self.optimizer.zero_grad()
        loss = self._loss(self.plain(degraded), clean)
        loss.backward()
        self.optimizer.step()
        loss.item()

    def _ours(self, degraded: torch.Tensor, clean: torch.Tensor) -> None:
        loss = self._loss(self.learner.network(degraded), clean)
        self.learner.step(loss, self.run["train"]["lr"])
        loss.item()

    def _loss(self, restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
        return sum(weight * loss(restored, clean) for weight, loss in self.losses)


def rows(folder: Path | None, repeats: int) -> Iterator[Row]:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rounds = 50 if device == "cuda" else ROUNDS
    half = native(torch.device(device))
    with tempfile.TemporaryDirectory() as home:
        for name in ENTRIES:
            steps = Steps(name, None, folder, Path(home), device)
            row = partial(_row, repeats=repeats, rounds=1 if name.startswith("fbcnn") else rounds)
            mark = 0.95 if device == "cuda" else FED
            fed = steps.fed, steps.from_memory
            yield row(steps, "feeding", name, "one batch in memory", *fed, mark=mark, why=WHY_FED)
            own = steps.run["train"]["precision"]
            for precision in dict.fromkeys((own, "bf16-mixed") if half else (own,)):
                steps = steps if precision == own else Steps(name, precision, folder, Path(home), device)
                asked = "" if precision == own else " (entry: float32)"
                why = "float32 as the peer's; what Learner adds is the gradient's norm"
                yield row(
                    steps,
                    "training step",
                    f"{name}, {precision}{asked}",
                    "plain PyTorch, eager, float32",
                    steps.from_memory,
                    steps.eager,
                    mark=1,
                    why=why,
                )


def _row(
    steps: Steps,
    area: str,
    what: str,
    peer: str,
    ours: Callable,
    theirs: Callable,
    *,
    repeats: int,
    rounds: int,
    mark: float,
    why: str,
) -> Row:
    seconds = in_turns(ours, theirs, repeats, rounds=rounds)
    return Row(area, f"{what}, batch {steps.batch}", peer, *seconds, rounds, "steps", mark, why=why)


def _patches(folder: Path | None, path: Path, side: int, channels: int) -> Patches:
    pictures = photographs(folder, 8)
    generator = np.random.default_rng(0)

    def pairs() -> Iterator[tuple]:
        for number in range(PATCHES):
            clean = pictures[number % 8][..., :channels]
            top, left = (generator.integers(0, (size - side) // 8 + 1) * 8 for size in clean.shape[:2])
            clean = np.ascontiguousarray(clean[top : top + side, left : left + side])
            yield read_uint8(encode(clean, Compress(10, "420"))), clean, 0, 0

    attrs = {"sources": '["x"]', "degradations": '["q10"]'}
    write_patches(path, pairs(), (PATCHES, side, side, channels), 0, attrs)
    return Patches(path)
