"""Adversarial losses on logits: binary cross-entropy, each side's for its own goal.

Goodfellow et al., "Generative adversarial nets", arxiv.org/abs/1406.2661, in the non-saturating form. Not
a `loss` by name: it judges a critic's logits, not an image. Logits have any shape.
"""

import torch
from torch.nn.functional import softplus


def of_generator(fake: torch.Tensor) -> torch.Tensor:
    """Small where the critic takes restored images for clean ones; log 2 where it cannot tell."""
    return softplus(-fake).mean()


def of_critic(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Mean over both halves; log 2 (0.693) at chance."""
    return (softplus(-real).mean() + softplus(fake).mean()) / 2


def accuracy(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Of a critic: share of right logits over both halves, 0.5 at chance."""
    return ((real > 0).float().mean() + (fake <= 0).float().mean()) / 2
