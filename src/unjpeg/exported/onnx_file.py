"""A restorer as ONNX, through torch's own exporter."""

import io
import logging
import warnings
from pathlib import Path

import torch

from unjpeg.atomic import write_bytes
from unjpeg.errors import UserError
from unjpeg.inference import Restorer

OPSET = 18


class _Clipped(torch.nn.Module):
    """The network with the clipping that `Restorer` does."""

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.model(image).clamp(0, 1)


def write_onnx(restorer: Restorer, path: Path) -> None:
    """`image` float32 (1, C, H, W) in [0, 1] -> `restored`; H and W free multiples of the network's.

    Errors: `UserError` where the packages for it are not installed.
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UserError(f"{error.name} is not installed: pip install 'unjpeg[export]'") from None
    multiple = restorer.multiple
    height, width = (torch.export.Dim(name, min=2, max=1 << 14) for name in ("height", "width"))
    sides = {2: height, 3: width} if multiple == 1 else {2: multiple * height, 3: multiple * width}
    example = torch.zeros(1, restorer.channels, 8 * multiple, 12 * multiple)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Clipped(restorer.model).eval(),
            (example,),
            dynamic_shapes=({**sides},),
            input_names=["image"],
            output_names=["restored"],
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    for key in ("model", "arch", "run"):
        program.model.metadata_props[f"unjpeg.{key}"] = str(restorer.card.get(key, ""))
    program.model.metadata_props["unjpeg.multiple"] = str(multiple)
    out = io.BytesIO()
    program.save(out)
    write_bytes(path, out.getvalue())
