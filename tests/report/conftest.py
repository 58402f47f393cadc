"""A study as the other rules leave it: real pictures, real JPEG bytes, real scores."""

import argparse
import hashlib
import importlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unjpeg import images, jpeg
from unjpeg.degradation import parse
from unjpeg.manifest import Image, Manifest
from unjpeg.metrics.protocol import default_for
from unjpeg.metrics.score import score_all
from unjpeg.report.scores import COLUMNS
from unjpeg.store.encoded import write_encoded

MODELS = {"half": 0.5, "worse": -0.25}  # the share of the damage that a model undoes
DEGRADATIONS = ("gray-q10", "gray-q30", "gray-q40+s4x4+q10", "q20")
COST = {
    "parameters": 106561,
    "multiply_adds": 106448.0,
    "milliseconds": 1234.5,
    "cpu_milliseconds": 2345.6,
    "runs": 5,
    "memory": None,
    "tile": 512,
    "channels": 1,
    "device": "a CPU",
    "threads": 2,
}
PUBLISHED = """
sources: {paper: "Nobody & Others, Some Conference 2020", table: "their <table>"}
tables:
  toys-gray:
    set: toys
    images: 4
    protocol: gray-matlab
    degradations: [gray-q10, gray-q30, gray-q50]
    metrics: [psnr, ssim]
    note: "Codec & luma are not stated."
    rows:
      Net_50%: {sources: [paper, table], note: one network, values: [35.60/.9310, 36/.94, '37']}
  other-images:
    set: toys
    images: 5
    protocol: gray-matlab
    degradations: [gray-q10]
    metrics: [psnr]
    rows: {Elsewhere: {sources: [paper], values: ['77.77']}}
reported:
  - {arch: ar_cnn, system: AR, data: its own, value: "MSE 3 & 4", source: a README, reason: no images}
  - {arch: car_cnn, system: CAR, data: its own, value: "12", source: a README, reason: no images}
"""


def picture(seed: int, height: int = 96, width: int = 120) -> np.ndarray:
    """uint8 (H, W, 3): a gradient, edges that slant, and noise top left."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 60 + x + 50 * ((3 * x + (5 + seed) * y) % 90 > 45)
    pixels = np.stack([base, base * 0.8 + 10 * seed, 255 - base], -1)
    pixels[:40, :40] = rng.normal(128, 40, (40, 40, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def run_step(verb: str, *options: object) -> None:
    """Run `unjpeg <verb>` as the command line does, without its catching of errors."""
    module = importlib.import_module(f"unjpeg.steps.{verb}")
    parser = argparse.ArgumentParser()
    module.arguments(parser)
    module.run(parser.parse_args([str(o) for o in options]))


class Study:
    """Folder of a small study named `small` with one set `toys`, and runs of the four verbs on it."""

    def __init__(self, root: Path):
        self.root = root
        self.clean = {f"toy-{i}": picture(i) for i in range(4)}
        self._manifest()
        for degradation in DEGRADATIONS:
            self._degradation(degradation)
        for model in MODELS:
            self._model(model)

    @property
    def scores(self) -> list[Path]:
        return sorted(self.root.glob("scores/*/*/*.csv"))

    def tables(self, out: str = "tables", backwards: bool = False) -> Path:
        scores = self.scores[::-1] if backwards else self.scores
        (self.root / "published.yaml").write_text(PUBLISHED, "utf-8")
        place = {"file": "niqe.mat", "path": "hub/pyiqa/niqe_modelparameters.mat", "sha256": "5ba" + 61 * "0"}
        (self.root / "niqe.json").write_text(json.dumps({"metric": "niqe", "files": [place]}))
        run_step(
            *("tables", "--study", "small", "--scores", *scores, "--out-folder", self.root / out),
            *("--published", self.root / "published.yaml", "--archs", "ar_cnn", "--seed", 3),
            *("--files", self.root / "niqe.json", "--cards", *sorted(self.root.glob("models/*/card.json"))),
            *("--costs", *sorted(self.root.glob("cost/*.json"))),
            *("--gains-at", "toys/gray-q10", "toys/q20"),
            *("--rates", self.rates()),
            *("--seed-groups", '{"half": ["half", "worse"]}'),
        )
        return self.root / out

    def rates(self) -> Path:
        path = self.root / "rates/toys.csv"
        run_step("rates", "--images", *sorted(self.root.glob("degraded/toys/*.h5")), "--output", path)
        return path

    def plots(self, out: str = "plots") -> Path:
        histories = sorted(self.root.glob("models/*/history.csv"))
        options = ["--summary", self.root / "tables/summary.csv", "--histories", *histories]
        options += ["--costs", self.root / "tables/cost.csv", "--rates", self.root / "tables/rates.csv"]
        run_step("plots", *options, "--out-folder", self.root / out)
        return self.root / out

    def crops(self, degradation: str, *options: object, out: str = "crops") -> Path:
        path = self.root / out / "toys" / f"{degradation}.png"
        place = f"toys/{degradation}"
        run_step(
            *("crops", "--study", "small", "--manifest", self.root / "manifest.json"),
            *("--degraded", self.root / f"degraded/{place}.h5"),
            *("--restored", *(self.root / f"restored/{m}/{place}.h5" for m in MODELS)),
            *("--scores", *sorted(self.root.glob(f"scores/*/{place}.csv"))),
            *("--output", path, *options),
        )
        return path

    def cases(self, model: str, *options: object, out: str = "cases", of: str = "*") -> Path:
        path = self.root / out / f"{model}.png"
        run_step(
            *("cases", "--study", "small", "--model", model, "--manifests", self.root / "manifest.json"),
            *("--degraded", *self.root.glob(f"degraded/*/{of}.h5")),
            *("--restored", *self.root.glob(f"restored/{model}/*/{of}.h5")),
            *("--scores", *(f for m in (model, "none") for f in self.root.glob(f"scores/{m}/*/{of}.csv"))),
            *("--output", path, *options),
        )
        return path

    def page(self, out: str = "report.html") -> Path:
        run_step(
            *("page", "--study", "small", "--summary", self.root / "tables/summary.csv"),
            *("--published", self.root / "tables/published.csv"),
            *("--others", self.root / "tables/others.json", "--foot", self.root / "tables/foot.txt"),
            *("--cost-figure", *sorted(self.root.glob("plots/cost.svg"))),
            *("--curves", *sorted(self.root.glob("plots/[pgr]*/*.svg"))),
            *("--training", *sorted(self.root.glob("plots/training/*.svg"))),
            *("--crops", *sorted(self.root.glob("crops/*/*.png"))),
            *("--cases", *sorted(self.root.glob("cases/*.png"))),
            *("--cards", *sorted(self.root.glob("models/*/card.json"))),
            *("--output", self.root / out),
        )
        return self.root / out

    def restored(self, model: str, name: str, degradation: str) -> np.ndarray:
        """What `model` makes of a degraded image; `none` gives the image as it is."""
        spelled = parse(degradation)
        degraded = images.read_uint8(jpeg.degrade(self.clean[name], spelled))
        difference = jpeg.reference(self.clean[name], spelled).astype(float) - degraded
        return np.clip(np.rint(degraded + MODELS.get(model, 0) * difference), 0, 255).astype(np.uint8)

    def _manifest(self) -> None:
        listed = []
        for name, pixels in self.clean.items():
            data = images.png(pixels)
            (self.root / f"{name}.png").write_bytes(data)
            size = {"width": pixels.shape[1], "height": pixels.shape[0], "mode": "RGB"}
            listed.append(
                Image(
                    name=name,
                    file=f"{name}.png",
                    sha256=hashlib.sha256(data).hexdigest(),
                    split="test",
                    **size,
                )
            )
        words = dict.fromkeys(["title", "licence", "citation", "source"], "made by a test")
        Manifest(dataset="toys", colour="rgb", root=".", images=tuple(listed), **words).save(
            self.root / "manifest.json"
        )

    def _degradation(self, text: str) -> None:
        degradation, place = parse(text), f"toys/{text}"
        attrs = {"dataset": "toys", "degradation": text}
        degraded = [(name, jpeg.degrade(pixels, degradation)) for name, pixels in self.clean.items()]
        write_encoded(self.root / f"degraded/{place}.h5", degraded, attrs)
        for model in ("none", *MODELS):
            made = {name: self.restored(model, name, text) for name in self.clean}
            if model != "none":
                items = ((name, images.png(pixels)) for name, pixels in made.items())
                write_encoded(self.root / f"restored/{model}/{place}.h5", items, attrs)
            self._scores(model, text, made)

    def _scores(self, model: str, text: str, made: dict[str, np.ndarray]) -> None:
        protocol = default_for(parse(text))
        lines = [",".join(COLUMNS)]
        for name, pixels in made.items():
            clean = jpeg.reference(self.clean[name], parse(text))
            values = score_all(pixels, clean, protocol, ["psnr", "ssim", "psnr_b"])
            values["niqe"] = {"none": 6.0, "half": 5.0, "worse": 7.0}[model]
            lines += [
                f"small,{model},toys,{name},{text},{protocol.name},{m},{v!r}" for m, v in values.items()
            ]
            if model == "none":
                lines.append(f"small,clean,toys,{name},{text},{protocol.name},niqe,4.0")
        path = self.root / f"scores/{model}/toys/{text}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        record = {"model": model, "set": "toys", "images": {"count": 4, "digest": "aaaabbbbcccc"}}
        record["encoded"] = {"encoder": "Pillow", "pillow": "12.1", "libjpeg": "libjpeg-turbo 3.1"}
        made = {"versions": {"torch": "2.13.0"}, "device": "NVIDIA H100"}
        record["restored"] = None if model == "none" else made
        record["scored"] = {
            "versions": {"unjpeg": "0.1.0", "pyiqa": "0.1.16"},
            "device": "CPU x86_64",
            "commit": "0123456789ab-dirty",
            "date": "2026-11-21",
        }
        path.with_suffix(".json").write_text(json.dumps(record))

    def _model(self, model: str) -> None:
        folder = self.root / "models" / model
        folder.mkdir(parents=True)
        rows = [
            f"{s},0.001,{0.1 / (1 + s)},{27 + s / 100 if s % 20 == 0 else ''},{s / 100 - 0.2}"
            for s in range(0, 60, 10)
        ]
        folder.joinpath("history.csv").write_text("step,lr,loss,val_psnr,val_gain\n" + "\n".join(rows) + "\n")
        card = {"model": model, "arch": "ar_cnn", "parameters": 106561, "steps": 50, "trained_on": ["leaves"]}
        card |= {"versions": {"torch": "2.12.0"}, "device": "cuda", "seed": 7}
        (self.root / "cost").mkdir(exist_ok=True)
        (self.root / f"cost/{model}.json").write_text(json.dumps(COST | {"model": model}))
        folder.joinpath("card.json").write_text(json.dumps(card if model == "half" else {"model": model}))


@pytest.fixture
def study(tmp_path) -> Study:
    return Study(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Study:
    """The study with everything made, for tests that only read it."""
    study = Study(tmp_path_factory.mktemp("whole"))
    study.tables()
    study.plots()
    study.crops("gray-q10")
    study.crops("q20")
    study.cases("half", "--size", 64)
    study.page()
    return study


@pytest.fixture
def step() -> Callable[..., None]:
    """`step("tables", "--study", "x", ...)` runs a verb."""
    return run_step
