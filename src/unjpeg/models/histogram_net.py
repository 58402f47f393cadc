"""HistogramNet (ours): never, once or twice compressed, and the quality of the last time.

C_Tiny slides its windows over neighbouring coefficients of the row-major 8x8, which have little to do
with each other. Here every coefficient is a channel and the windows slide over its values only: 1/80
of the products. It sees the square root of the shares (their noise is then alike everywhere) and the DC
after JPEG's level shift, and says the last quality as a distribution over 1..100.
"""

import torch
from torch import nn

CARD = {
    "title": "HistogramNet",
    "source": "unjpeg",
    "channels": (1, 3),
    "multiple": 8,
    "halo": None,
    "task": "detect",
    "aligns": True,
    "parameters": (),
}
TINY = {"width": 8}


class Model(nn.Module):
    """Float (B, 120, 65) of `dct.histograms` -> logits (B, 103): three classes, then qualities 1..100.

    channels: of the images, of which only the luma is seen.
    """

    def __init__(self, channels: int = 1, width: int = 128, dropout: float = 0.2):
        super().__init__()
        self.body = nn.Sequential(
            *_unit(64, width, 1),
            *_unit(width, width, 2),
            *_unit(width, width, 2),
            *_unit(width, width // 2, 2),
        )
        inside = 15 * (width // 2)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(inside, width), nn.ReLU(), nn.Linear(width, 103)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shares = torch.cat([x[..., 64:], x[..., 1:64]], -1)
        return self.head(self.body(shares.clamp(min=0).sqrt().transpose(1, 2)))


def _unit(cin: int, cout: int, stride: int) -> tuple[nn.Module, ...]:
    return nn.Conv1d(cin, cout, 7, stride, 3), nn.BatchNorm1d(cout), nn.ReLU()
