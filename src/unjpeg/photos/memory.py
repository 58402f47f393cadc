"""How large a tile may be, so that the process stays within a number of bytes."""

import numpy as np
import psutil
import torch

from unjpeg.errors import UserError
from unjpeg.restorer import Restorer

LEAST, MOST = 64, 768  # sides of a tile in pixels
PROBES = 64, 128  # sides of the tiles that a network's need is measured with
SAFETY = 4  # of what a layer holds: the convolution reorders and pads in buffers of its own (measured)
FLOATS = 5  # float32 images of a tile beside the network: in, padded, out, clipped, turned
APART = 48 << 20  # bytes for all else: modules that are loaded on the way, gaps in the heap


def need_of(restorer: Restorer) -> tuple[float, float]:
    """Bytes of the largest layer: (whatever the tile's size, per pixel of it).

    Of two small tiles, asked once: a network that takes its windows some at a time needs as much for any.
    """
    if "need" not in vars(restorer):
        small, large = (_largest(restorer, side) for side in PROBES)
        each = (large - small) / (PROBES[1] ** 2 - PROBES[0] ** 2)
        fixed = SAFETY * (small - each * PROBES[0] ** 2)
        restorer.need = fixed, SAFETY * each + FLOATS * 4 * restorer.channels
    return restorer.need


def _largest(restorer: Restorer, side: int) -> int:
    """Bytes, at most, of what goes into and comes out of one layer, and of what is kept beside."""
    largest = 0

    def note(_module, inputs, output) -> None:
        nonlocal largest
        tensors = [t for t in (*inputs, output) if isinstance(t, torch.Tensor)]
        largest = max(largest, sum(t.numel() * t.element_size() for t in tensors))

    apart = "parametrizations"  # what makes weights of weights, as spectral norm does: no pixels in there
    layers = [layer for name, layer in restorer.model.named_modules() if apart not in name.split(".")]
    leaves = [layer for layer in layers if all(name == apart for name, _ in layer.named_children())]
    hooks = [leaf.register_forward_hook(note) for leaf in leaves]
    try:
        restorer(np.zeros((side, side, restorer.channels), np.uint8))
    finally:
        for hook in hooks:
            hook.remove()
    return largest


def tile_for(restorer: Restorer, shape: tuple[int, ...], memory: int) -> int:
    """Side of the largest tile, a multiple of 8, that fits beside the result, of this shape.

    Errors: `UserError` where not even the smallest does, or a network sees the whole image and that does not.
    """
    fixed, each = need_of(restorer)
    taken = used() + int(np.prod(shape)) + APART + fixed
    halo = restorer.halo
    side = int(max(memory - taken, 0) / each) ** 0.5
    if halo is None:
        if side**2 < shape[0] * shape[1]:
            raise _too_little(restorer, shape, memory, taken + each * shape[0] * shape[1])
        return max(shape[:2])
    tile = int(side - 2 * halo) // 8 * 8
    if tile < LEAST:
        raise _too_little(restorer, shape, memory, taken + each * (LEAST + 2 * halo) ** 2)
    return min(tile, MOST)


def used() -> int:
    """Bytes that the process holds now."""
    return psutil.Process().memory_info().rss


def _too_little(restorer: Restorer, shape: tuple[int, ...], memory: int, needed: float) -> UserError:
    size = f"{shape[1]}x{shape[0]}"
    model, needed, allowed = restorer.card["model"], f"{needed / 2**30:.2f} GiB", f"{memory / 2**30:.2f} GiB"
    return UserError(f"{size} pixels with {model} need {needed}; allowed by max-memory: {allowed}")
