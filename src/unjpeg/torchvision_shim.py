"""Make `import torchvision` work beside a CPU build of torch.

The registry's torchvision is a CUDA build. Beside a CPU-only torch its C++ part does not load, so its
operators are unknown and the import fails, and with it that of pyiqa, timm and others. Two operator
schemas are all that the import asks for; models and transforms then work, `ops.nms` does not.
"""

import sys

_ARGUMENTS = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def ensure() -> None:
    """Call before importing torchvision or what imports it. Does nothing where the import works."""
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    else:
        return
    import torch

    # A failed import leaves submodules behind, which would be taken for whole ones.
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    for operator in ("nms", "qnms"):
        torch.library.define(f"torchvision::{operator}", _ARGUMENTS)
    import torchvision  # noqa: F401
