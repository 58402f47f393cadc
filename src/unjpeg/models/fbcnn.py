"""FBCNN: a U-Net that first predicts the JPEG quality and then restores by it; the user may overrule it.

Jiang, Zhang, Timofte, "Towards Flexible Blind JPEG Artifacts Removal", ICCV 2021, arxiv.org/abs/2109.14573.
Four levels of 64, 128, 256, 512 channels, residual blocks (conv 3 - ReLU - conv 3) by fours; down by 2x2
convolutions of stride 2, up by transposed ones. A branch at the bottom predicts the quality from the mean
of its features over the whole image. From the quality come a scale (sigmoid) and a shift (tanh) for every
channel, one pair per level, with which the blocks on the way up modulate what they add. No skip from input
to output. 71,919,490 parameters (colour 71,921,796).

Keys are the original's (`m_head.weight`, `qf_pred.0.res.0.weight` ..), so that weights go from and to other
programs (with two blocks or more). Inside, as there, the number is 1 - quality / 100; at this file's edge a
quality is libjpeg's, 0..100. Only a loss that also sees `both` makes the prediction a quality: trained on
images alone it becomes whatever serves the restoration (the authors add 0.001 times its L1 error).

Sides that are no multiples of 8 are extended by repeating the border, as there.
"""

import torch
from torch import nn
from torch.nn.functional import pad

CARD = {
    "title": "FBCNN",
    "source": "arxiv.org/abs/2109.14573",
    "channels": (1, 3),
    "multiple": 1,
    "halo": None,
    "task": "restore",
    "parameters": (({"channels": 1}, 71_919_490), ({"channels": 3}, 71_921_796)),
}
TINY = {"widths": [4, 4, 8, 8], "blocks": 2, "embedding": 8}


class Model(nn.Module):
    """Float (B, C, H, W) in [0, 1] -> the same."""

    def __init__(
        self,
        channels: int = 3,
        widths: list[int] = (64, 128, 256, 512),
        blocks: int = 4,
        embedding: int = 512,
    ):
        super().__init__()
        first, second, third, bottom = widths
        self.m_head = nn.Conv2d(channels, first, 3, padding=1)
        self.m_down1 = _down(first, second, blocks)
        self.m_down2 = _down(second, third, blocks)
        self.m_down3 = _down(third, bottom, blocks)
        self.m_body_encoder = nn.Sequential(*_blocks(bottom, blocks))
        self.m_body_decoder = nn.Sequential(*_blocks(bottom, blocks))
        self.m_up3 = _up(bottom, third, blocks)
        self.m_up2 = _up(third, second, blocks)
        self.m_up1 = _up(second, first, blocks)
        self.m_tail = nn.Conv2d(first, channels, 3, padding=1)
        self.qf_pred = nn.Sequential(
            *_blocks(bottom, blocks),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            *_dense(bottom, embedding, embedding),
            nn.Linear(embedding, 1),
            nn.Sigmoid(),
        )
        self.qf_embed = nn.Sequential(*_dense(1, embedding, embedding, embedding))
        for level, width in ((3, third), (2, second), (1, first)):
            setattr(self, f"to_gamma_{level}", nn.Sequential(nn.Linear(embedding, width), nn.Sigmoid()))
            setattr(self, f"to_beta_{level}", nn.Sequential(nn.Linear(embedding, width), nn.Tanh()))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                nn.init.orthogonal_(module.weight, 0.2)
                nn.init.zeros_(module.bias)

    def forward(self, x: torch.Tensor, quality: torch.Tensor | None = None) -> torch.Tensor:
        """quality: (B, 1) in 0..100, instead of the predicted one; a higher one restores less."""
        return self.both(x, quality)[0]

    def predict_quality(self, x: torch.Tensor) -> torch.Tensor:
        """(B, 1), libjpeg's quality in 0..100."""
        return 100 * (1 - self.qf_pred(self._encode(x)[-1]))

    def both(self, x: torch.Tensor, quality: torch.Tensor | None = None) -> tuple:
        """The restored image, and the quality as predicted even where another was given."""
        *levels, y = self._encode(x)
        strength = self.qf_pred(y)
        given = strength if quality is None else 1 - quality / 100
        embedded = self.qf_embed(given)
        y = self.m_body_decoder(y)
        for level in (3, 2, 1):
            gamma = getattr(self, f"to_gamma_{level}")(embedded)[..., None, None]
            beta = getattr(self, f"to_beta_{level}")(embedded)[..., None, None]
            up, *blocks = getattr(self, f"m_up{level}")
            y = up(y + levels[level])
            for block in blocks:
                y = y + gamma * block.res(y) + beta
        y = self.m_tail(y + levels[0])
        return y[..., : x.shape[-2], : x.shape[-1]], 100 * (1 - strength)

    def _encode(self, x: torch.Tensor) -> tuple:
        """Features at 1, 1/2, 1/4 and 1/8 of the size, and the last again after the encoder's body."""
        down, right = ((side + 7) // 8 * 8 - side for side in x.shape[-2:])  # `-side % 8` has no form in ONNX
        x1 = self.m_head(pad(x, (0, right, 0, down), "replicate"))
        x2 = self.m_down1(x1)
        x3 = self.m_down2(x2)
        x4 = self.m_down3(x3)
        return x1, x2, x3, x4, self.m_body_encoder(x4)


class _Block(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.res = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.res(x)


def _blocks(width: int, count: int) -> list[_Block]:
    return [_Block(width) for _ in range(count)]


def _down(cin: int, cout: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*_blocks(cin, blocks), nn.Conv2d(cin, cout, 2, stride=2))


def _up(cin: int, cout: int, blocks: int) -> nn.ModuleList:
    return nn.ModuleList([nn.ConvTranspose2d(cin, cout, 2, stride=2), *_blocks(cout, blocks)])


def _dense(*widths: int) -> list[nn.Module]:
    return [layer for pair in zip(widths, widths[1:]) for layer in (nn.Linear(*pair), nn.ReLU())]
