"""Whether a recipe fits the network and the keys of a model's entry, read from the recipes' texts."""

from unjpeg.errors import UserError
from unjpeg.provenance import constant_of, methods_of, modules_in


def has_loss(recipe: str) -> bool:
    """Whether a recipe uses `train.loss`."""
    return constant_of(f"unjpeg.recipes.{recipe}", "TAKES")["loss"]


def check_recipe(run: "ModelRun") -> None:  # noqa: F821 (it is the caller's)
    """`UserError` where the recipe trains other networks, lacks a key, or has no use for one."""
    takes = {name: constant_of(f"unjpeg.recipes.{name}", "TAKES") for name in modules_in("recipes")}
    own = takes[run.recipe]
    if own["task"] != run.task:
        raise UserError(
            f"arch: {run.arch} is a {run.task}; recipe {run.recipe} trains a network of task {own['task']}"
        )
    if own["method"] and own["method"] not in methods_of(f"unjpeg.models.{run.arch}"):
        raise UserError(
            f"arch: recipe {run.recipe} wants a network with `{own['method']}`, {run.arch} has none"
        )
    for key in sorted({key for taken in takes.values() for key in taken["keys"]}):
        given, wanted = getattr(run, key) is not None, own["keys"].get(key)
        if given and wanted is None:
            users = " or ".join(name for name, taken in takes.items() if key in taken["keys"])
            raise UserError(f"{key}: recipe {run.recipe} has no use for it, recipe {users} has")
        if wanted and not given:
            raise UserError(f"{key}: recipe {run.recipe} needs it")
    if not own["loss"] and "loss" in run.train.model_fields_set:
        raise UserError(f"train.loss: recipe {run.recipe} has its own")
    if run.task == "critic" and run.degradations is not None:
        raise UserError(f"degradations: {run.arch} is a {run.task}, it restores nothing that could be tested")
