"""Weights of a network in a larger one of the same kind, which gives what the smaller one gave.

After Net2Net (Chen, Goodfellow, Shlens, ICLR 2016), but new channels are drawn, not copied: at first the old
ones see nothing of them, while they see all. A network of three channels becomes one of gray: the sum of
what it had for each channel on the way in, the mean on the way out.
"""

import torch

from unjpeg.errors import UserError

COLOURS = 3
Weights = dict[str, torch.Tensor]


def grown(small: Weights, large: Weights) -> Weights:
    """Weights of the smaller network, by name, in those of the larger as drawn. Errors: `UserError`.

    Axes are (out, in, ...), as PyTorch's convolutions and linear layers have them; new channels come last.
    """
    if other := sorted(set(small) ^ set(large)):
        raise UserError(f"start_from: one network has {other[0]} and the other has not; want as many layers")
    return {name: _one(name, small[name], drawn) for name, drawn in large.items()}


def _one(name: str, old: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
    for axis in range(min(old.ndim, 2)):
        if old.shape[axis] == COLOURS * drawn.shape[axis]:
            parts = old.unflatten(axis, (COLOURS, -1))
            old = parts.mean(axis) if axis == 0 else parts.sum(axis)
    have, want = tuple(old.shape), tuple(drawn.shape)
    if have[2:] != want[2:] or any(a > b for a, b in zip(have, want)):
        raise UserError(f"start_from: {name} is {have}, want {want} or smaller: a network only grows")
    new = drawn.clone()
    if old.ndim > 1:
        new[: len(old)] = 0
    new[tuple(slice(side) for side in have)] = old
    return new
