"""A study: images, degradations, models and scores, from one YAML file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field, model_validator

from unjpeg.config.benchmark import Test
from unjpeg.config.data import Data, Split
from unjpeg.config.leaks import Allowed, check_allowed
from unjpeg.config.load import Section, check, read_yaml
from unjpeg.config.names import Name
from unjpeg.config.parents import check_parents
from unjpeg.config.recipes import has_loss
from unjpeg.config.shipped import KEPT
from unjpeg.config.train import ModelRun
from unjpeg.degradation import parse
from unjpeg.errors import UserError, unknown
from unjpeg.provenance import constant_of, literal_of


class Study(Section):
    """The whole configuration."""

    study: Name = Field(description="Name of the study; everything it makes stands in `results/<study>/`.")
    seed: int = Field(0, ge=0, description="Of splits, patches, initial weights and the order of patches.")
    datasets: dict[Name, dict] = Field(
        {}, description="Entries added to `config/datasets.yaml`; of a known one only `path` can be set."
    )
    metric_files: dict[str, str | dict[str, str]] = Field(
        {},
        description="Metric parameter files that you already have: the file's name in `config/metrics.yaml`, "
        "then its path, or `path` and `sha256` for other bytes under that name.",
    )
    published: list[str] = Field(
        [], description="Files like `config/published.yaml`, whose values stand in the tables too."
    )
    splits: dict[str, Split] = Field({}, description="How data sets are divided, where not by default.")
    data: dict[Name, Data] = Field({}, description="Training pairs, by name.")
    models: dict[Name, ModelRun] = Field({}, description="Trained models, by name.")
    test: Test = Field(description="See below.")
    leaks_allowed: list[Allowed] = Field(
        [],
        description="Pairs of sets that may share images. Any other image of a training set that is found in "
        "a test set, exact, resized or cropped, stops the study before training.",
    )

    @model_validator(mode="after")
    def _peers(self) -> "Study":
        for name in self.models:
            for kind in ("peers", "shipped"):
                if name in getattr(self.test, kind):
                    raise UserError(f"models.{name}: also stands in test.{kind}; give the model another name")
            if name + KEPT in self.test.shipped:
                raise UserError(
                    f"models.{name}: test.shipped has {name}{KEPT}, made of the shipped {name}; "
                    "give the model another name"
                )
        return self

    @model_validator(mode="after")
    def _references(self) -> "Study":
        for name, run in self.models.items():
            where = f"models.{name}"
            if run.data not in self.data:
                raise unknown("entry of data", run.data, self.data, f"{where}.data")
            card, patch = constant_of(f"unjpeg.models.{run.arch}", "CARD"), self.data[run.data].patch
            if patch % card["multiple"]:
                raise UserError(
                    f"{where}.data: patches of {run.data} have {patch} pixels a side, {run.arch} wants a "
                    f"multiple of {card['multiple']}"
                )
            for who, side in self._smallest(run):
                if patch < side:
                    raise UserError(
                        f"{where}.data: patches of {run.data} have {patch} pixels a side, {who} wants "
                        f"{side} or more"
                    )
            allowed = card["channels"]
            if (have := self.data[run.data].channels) not in allowed:
                raise UserError(
                    f"{where}.data: {run.data} has {have} channels, {run.arch} takes "
                    f"{' or '.join(map(str, allowed))}"
                )
            for degradation in run.degradations or ():
                if degradation not in self.test.degradations:
                    raise unknown(
                        "test degradation", degradation, self.test.degradations, f"{where}.degradations"
                    )
            check_parents(self.models, self.data, name)
        check_allowed(self.leaks_allowed, self.trained_on, self.test.sets)
        return self

    def _smallest(self, run: ModelRun) -> Iterator[tuple[str, int]]:
        """Who judges the patches of a run, and the smallest side that it can judge."""
        judges = [run, *(self.models[name] for name in (run.critic,) if name in self.models)]
        for judge in judges:
            yield judge.arch, constant_of(f"unjpeg.models.{judge.arch}", "CARD").get("smallest", 1)
        for loss in run.train.loss if has_loss(run.recipe) else ():
            yield f"loss {loss}", literal_of(f"unjpeg.losses.{loss}", "SMALLEST", 1)

    def models_under(self, degradation: str, task: str = "restore") -> list[str]:
        """Models of a task that are tested under a degradation, the untrained last."""
        models = [
            m
            for m, run in self.models.items()
            if run.task == task and degradation in (run.degradations or [degradation])
        ]
        return models + self.test.untrained_under(degradation, task)

    @property
    def trained_on(self) -> list[str]:
        """Data sets that any model of the study is trained or validated on, sorted."""
        used = {self.models[m].data for m in self.models}
        return sorted({s for d in used for s in (*self.data[d].train, *self.data[d].val)})

    @property
    def used_sets(self) -> list[str]:
        """Data sets that the study needs, sorted."""
        return sorted({*self.trained_on, *self.test.sets})

    def degradations_of(self, name: str, colour: str) -> list[str]:
        """Test degradations of a set that is `rgb` or `gray`."""
        listed = self.test.sets.get(name) or self.test.degradations
        wanted = [d for d in self.test.degradations if d in listed]
        return [d for d in wanted if colour == "rgb" or parse(d).gray]

    def run_of(self, model: str) -> dict:
        """All that training of `model` depends on besides its patches and code, JSON-able."""
        run = self.models[model]
        parents = {key: (name, self.models[name]) for key, name in run.parents.items()}
        return {
            "model": model,
            "arch": run.arch,
            "settings": run.settings,
            "pretrained": run.pretrained,
            "recipe": run.recipe,
            "seed": self.seed if run.seed is None else run.seed,
            "channels": self.data[run.data].channels,
            "degradations": self.data[run.data].degradations,
            "trained_on": self.data[run.data].train,
            "train": run.train.model_dump(mode="json") | ({} if has_loss(run.recipe) else {"loss": {}}),
            "adversarial": run.adversarial and run.adversarial.model_dump(mode="json"),
            "parents": {
                key: {
                    "model": name,
                    "arch": parent.arch,
                    "settings": parent.settings,
                    "channels": self.data[parent.data].channels,
                }
                for key, (name, parent) in parents.items()
            },
        }


def check_study(data: dict, where: str, known_sets: Iterable[str] = ()) -> Study:
    """The study in a mapping; names of data sets are checked where `known_sets` is given."""
    study = check(Study, data, where)
    known = {*known_sets, *study.datasets}
    if known_sets:
        for name in (*study.used_sets, *study.splits):
            if name not in known:
                raise unknown("data set", name, known, where)
    return study


def read_study(path: Path | str) -> Study:
    """The study in a YAML file."""
    return check_study(read_yaml(path), str(path))
