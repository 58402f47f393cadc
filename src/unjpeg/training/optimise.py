"""Optimiser, and the learning rate as a function of the step."""

import math

import torch


def optimiser(model: torch.nn.Module, train: dict) -> torch.optim.Optimizer:
    """Of the run's `train` section; the last layer with weights may have a learning rate of its own.

    Each step is one pass over all weights, but with gradients scaled for float16: Fabric does not clip those.
    """
    layers = [m for m in model.modules() if any(True for _ in m.parameters(recurse=False))]
    last = {id(p) for p in layers[-1].parameters(recurse=False)}
    groups = [
        {"params": [p for p in model.parameters() if id(p) not in last], "factor": 1.0},
        {"params": list(layers[-1].parameters(recurse=False)), "factor": train["last_lr"]},
    ]
    lr, decay, betas = train["lr"], train["weight_decay"], tuple(train["betas"])
    fused = train["precision"] != "16-mixed"
    if train["optimiser"] == "sgd":
        return torch.optim.SGD(groups, lr, momentum=betas[0], weight_decay=decay, fused=fused)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[train["optimiser"]]
    return kind(groups, lr, betas, weight_decay=decay, fused=fused)


def learning_rate(step: int, train: dict) -> float:
    """Of step 0 .. steps - 1."""
    lr, steps = train["lr"], train["steps"]
    if step < train["warmup"]:
        return lr * (step + 1) / train["warmup"]
    if train["schedule"] == "halve":
        return lr * 0.5 ** (step // train["halve_every"])
    if train["schedule"] == "cosine":
        done = (step - train["warmup"]) / max(1, steps - train["warmup"])
        return lr * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)
    return lr


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """For every group, times its own factor."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group["factor"]
