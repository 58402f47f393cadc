"""C_Tiny: never, once or twice compressed, from histograms of DCT coefficients: deJPEG's detector.

calebtham/deJPEG, ai-research/detector.ipynb (2023). Input: `dct.histograms` of a 256x256 tile of
luma, without its last column. Four 5x5 convolutions without padding (conv - ReLU - batch norm), maxima
of 2x2 between them, one dense layer. 1,209,411 parameters, of which 1,185,859 are trained. Keras' batch
norm: eps 1e-3, momentum 0.99; starts after Glorot.
"""

from functools import partial

import torch
from torch import nn

CARD = {
    "title": "deJPEG C_Tiny",
    "source": "github.com/calebtham/deJPEG",
    "channels": (1, 3),
    "multiple": 8,
    "halo": None,
    "task": "detect",
    "aligns": False,
    "parameters": (({}, 1_185_859),),
    # Accuracy on 256x256 tiles of RAISE images 200..399, from the notebook's outputs.
    "published": {
        "none": 0.9850,
        "q10": 0.0770,
        "q30": 0.8216,
        "q50": 0.3606,
        "q70": 0.9738,
        "q90": 0.9847,
        "q50+q10": 0.9510,
        "q50+q30": 0.9538,
        "q50+q50": 0.8586,
        "q50+q70": 0.9968,
        "q50+q90": 0.9981,
    },
}
TINY = {}


class Model(nn.Module):
    """Float (B, 120, 65) of `dct.histograms` -> logits (B, 3): none, single, double.

    channels: of the images, of which only the luma is seen. momentum: of batch norm, as PyTorch counts it; in
    a training of hundreds of steps that of the authors leaves statistics which no batch had.
    """

    def __init__(self, channels: int = 1, momentum: float = 0.01):
        super().__init__()
        unit = partial(_unit, momentum=momentum)
        self.body = nn.Sequential(
            *unit(1, 64), *unit(64, 64), nn.MaxPool2d(2), *unit(64, 128), nn.MaxPool2d(2), *unit(128, 256)
        )
        self.head = nn.Sequential(
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.BatchNorm1d(11_264, eps=1e-3, momentum=momentum),
            nn.Linear(11_264, 3),
        )
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x[:, None, :, :64]))


def _unit(cin: int, cout: int, momentum: float) -> tuple[nn.Module, ...]:
    return nn.Conv2d(cin, cout, 5), nn.ReLU(), nn.BatchNorm2d(cout, eps=1e-3, momentum=momentum)
