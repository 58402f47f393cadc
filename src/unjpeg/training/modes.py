"""Which modules of a network are in training mode, and for how long; and which kind of arithmetic is used."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    """In evaluation mode meanwhile; afterwards every module is in the mode in which it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def freeze_norm(model: torch.nn.Module) -> None:
    """Batch norm of a network in training mode uses its running statistics and leaves them alone.

    While weights move, running statistics lag behind: a network trained on with the batch's own can get
    better in training and worse by decibels in use.
    """
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.eval()


def deterministic() -> None:
    """Equal results of equal work on one kind of GPU; torch raises for an operation that has no such form.

    To be called before CUDA starts: cuBLAS reads the size of its workspace then.
    """
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
