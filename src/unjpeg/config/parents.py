"""Whether a model's entry may stand on the entries that it names: a start, a restorer, a critic."""

from collections.abc import Mapping

from unjpeg.config.data import Data
from unjpeg.config.train import ModelRun
from unjpeg.errors import UserError, unknown
from unjpeg.provenance import constant_of

TASK = {"restorer": "restore", "critic": "critic"}
NOUN = {"restore": "restorer", "critic": "critic"}


def check_parents(models: Mapping[str, ModelRun], data: Mapping[str, Data], name: str) -> None:
    """`UserError` for a parent that is missing, of another kind, or that waits for `name` itself."""
    run = models[name]
    for key, parent in run.parents.items():
        where = f"models.{name}.{key}"
        if parent not in models:
            raise unknown("model", parent, models, where)
        _no_circle(models, [name, parent], where)
        other = models[parent]
        if key == "start_from" and other.arch != run.arch:
            raise UserError(f"{where}: {parent} is of arch {other.arch}, {name} is of arch {run.arch}")
        grows = constant_of(f"unjpeg.models.{run.arch}", "CARD").get("grows", False)
        if key == "start_from" and other.settings != run.settings and not grows:
            raise UserError(
                f"{where}: {parent} has settings {other.settings}, {name} has {run.settings}; want the same"
            )
        if key != "start_from" and other.task != TASK[key]:
            raise UserError(
                f"{where}: {parent} ({other.arch}) is a {NOUN[other.task]}, want a {NOUN[TASK[key]]}"
            )
        have, want = data[other.data].channels, data[run.data].channels
        if have != want and not (key == "start_from" and grows and want == 1):
            raise UserError(f"{where}: {parent} has {have} channels, {name} has {want}")


def _no_circle(models: Mapping[str, ModelRun], chain: list[str], where: str) -> None:
    if chain[-1] in chain[:-1]:
        raise UserError(f"{where}: a circle: {' <- '.join(chain)}")
    for parent in models[chain[-1]].parents.values():
        if parent in models:
            _no_circle(models, [*chain, parent], where)
