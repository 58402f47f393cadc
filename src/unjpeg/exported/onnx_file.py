"""A restorer as ONNX, through torch's own exporter."""

import io
import logging
import warnings
from pathlib import Path

import torch

from unjpeg.atomic import write_bytes
from unjpeg.errors import UserError
from unjpeg.restorer import Restorer

OPSET = 18


class _AnySize(torch.nn.Module):
    """The network with what `Restorer` does: reflection to a multiple of its sides, and clipping."""

    def __init__(self, model: torch.nn.Module, multiple: int):
        super().__init__()
        self.model, self.multiple = model, multiple

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        height, width = image.shape[2:]
        if self.multiple > 1:
            image = image[:, :, self._places(height)][:, :, :, self._places(width)]
        return self.model(image)[:, :, :height, :width].clamp(0, 1)

    def _places(self, side: int) -> torch.Tensor:
        """Where each line of the grown image comes from: 0 1 2 3 4 3 2 1 for 5 and 8."""
        places = torch.arange((side + self.multiple - 1) // self.multiple * self.multiple)
        return torch.where(places < side, places, 2 * (side - 1) - places)


def write_onnx(restorer: Restorer, path: Path) -> None:
    """`image` float32 (1, C, H, W) in [0, 1] -> `restored`; H, W from the network's multiple on (at least 2).

    Errors: `UserError` where the packages for it are not installed.
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UserError(f"{error.name} is not installed: pip install 'unjpeg[export]'") from None
    multiple = restorer.multiple
    sides = [torch.export.Dim(name, min=max(2, multiple), max=1 << 14) for name in ("height", "width")]
    example = torch.zeros(1, restorer.channels, 8 * multiple + 1, 12 * multiple + 3)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _AnySize(restorer.model, multiple).eval(),
            (example,),
            dynamic_shapes=({2: sides[0], 3: sides[1]},),
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
