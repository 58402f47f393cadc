"""PatchGAN: judges each patch of a restored image beside the compressed one.

Isola et al., "Image-to-image translation with conditional adversarial networks", CVPR 2017,
arxiv.org/abs/1611.07004, in the form that calebtham/deJPEG most likely trained against: conv 4, stride 2,
to 64, 128, 256 channels - conv 4 to 512 - conv 4 to one logit; batch norm after all but the last, the
first too; LeakyReLU 0.3; weights from a normal of std 0.02. 30x30 logits for 256x256 pixels, each of a
patch of 70. 2,768,769 parameters.

The code of its training is lost. Four batch norms and five convolutions are counted in what it saved;
the rest is the TensorFlow tutorial's pix2pix, with which everything that is known agrees.

`difference: true` is ours: it sees what the restorer changed, and not the candidate, in which a good
restorer's work is a hundredth of what there is to see: at quality 20 the published form stays at chance.
"""

import torch
from torch import nn

CARD = {
    "title": "PatchGAN",
    "source": "github.com/calebtham/deJPEG",
    "channels": (1, 3),
    "multiple": 1,
    "halo": None,
    "task": "critic",
    "smallest": 32,
    "parameters": (({}, 2_768_769),),
}
TINY = {"width": 4}
GAIN = 16  # a difference is some hundredths of the range


class Model(nn.Module):
    """Candidate and degraded image, float (B, C, H, W) in [0, 1], sides of 32 or more -> (B, 1, h, w)."""

    def __init__(self, channels: int = 3, width: int = 64, difference: bool = False):
        super().__init__()
        self.difference = difference
        layers, cin = [], 2 * channels
        for cout, stride in ((width, 2), (2 * width, 2), (4 * width, 2), (8 * width, 1)):
            conv = nn.Conv2d(cin, cout, 4, stride, padding=1, bias=False)
            layers += [conv, nn.BatchNorm2d(cout, eps=1e-3, momentum=0.01), nn.LeakyReLU(0.3)]
            cin = cout
        self.layers = nn.Sequential(*layers, nn.Conv2d(cin, 1, 4, padding=1))
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, 0, 0.02)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, candidate: torch.Tensor, degraded: torch.Tensor) -> torch.Tensor:
        """Logits: above 0 says clean."""
        shown = GAIN * (candidate - degraded) if self.difference else 2 * candidate - 1
        return self.layers(torch.cat([2 * degraded - 1, shown], 1))
