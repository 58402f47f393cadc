"""A run as `unjpeg show-run` prints it: read, checked, and its networks built."""

import json
from pathlib import Path

import torch

from unjpeg import models
from unjpeg.config.settings import check_settings
from unjpeg.errors import UserError
from unjpeg.inference import load_weights
from unjpeg.provenance import check_name
from unjpeg.training.grown import grown

KEYS = ["model", "seed", "pretrained", "adversarial", "parents"]
TRAIN = [
    *("loss", "steps", "batch", "optimiser", "lr", "betas", "weight_decay", "last_lr", "schedule"),
    *("halve_every", "warmup", "clip", "ema", "freeze_norm", "val_every", "select", "patience", "precision"),
    "deterministic",
]
PARENTS = ("start_from", "restorer", "critic")


def read_plan(text: str) -> dict:
    """JSON, or a file of it; `UserError` for what is no run."""
    if not text.lstrip().startswith("{"):
        try:
            text = Path(text).read_text("utf-8")
        except OSError as error:
            raise UserError(f"--run: neither JSON nor a readable file: {text} ({error.strerror})") from None
    try:
        plan = json.loads(text)
        check_name("recipes", plan["recipe"], "--run: recipe")
        for name in plan["train"]["loss"]:
            check_name("losses", name, "--run: train.loss")
        for network in (plan, *plan["parents"].values()):
            check_name("models", network["arch"], "--run: arch")
            check_settings(network["arch"], network["settings"], "--run: settings")
            if "channels" not in network:
                raise KeyError("channels")
        if missing := [key for key in KEYS if key not in plan] + [k for k in TRAIN if k not in plan["train"]]:
            raise KeyError(missing[0])
    except UserError:
        raise
    except ValueError as error:
        raise UserError(f"--run: not JSON: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"--run: not a run as `unjpeg show-run` prints it: no {error}") from None
    return plan


def parents_of(plan: dict, given: dict[str, Path | None]) -> dict[str, Path]:
    """Folders of the trained models that the run stands on, by key; `UserError` for one too few or many."""
    for key in PARENTS:
        option = "--" + key.replace("_", "-")
        if (wanted := plan["parents"].get(key)) and given[key] is None:
            raise UserError(f"{option}: {plan['model']} stands on {wanted['model']}; give its folder")
        if given[key] is not None and not wanted:
            raise UserError(f"{option}: {plan['model']} names no {key}, so {given[key]} is of no use")
    return {key: given[key] for key in plan["parents"]}


def started(plan: dict, folder: Path | None) -> torch.nn.Module:
    """The network of a run before its first step: new, or with the weights of its start in `folder`."""
    model = network(plan)
    if parent := plan["parents"].get("start_from"):
        first = network(parent, folder)
        model.load_state_dict(grown(first.state_dict(), model.state_dict()))
    return model


def network(plan: dict, folder: Path | None = None) -> torch.nn.Module:
    """The network of `arch` and `settings`, with the weights in `folder`; new ones without a folder."""
    module = models.load(plan["arch"])
    try:
        model = module.Model(channels=plan["channels"], **plan["settings"])
    except (RuntimeError, ValueError, IndexError, ZeroDivisionError) as error:
        why = " ".join(str(error).split())[:120]
        raise UserError(f"settings: {plan['arch']} cannot be built with {plan['settings']} ({why})") from None
    if folder:
        load_weights(model, folder / "model.safetensors")
    return model
