import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from unjpeg.losses import adversarial

REAL, FAKE = torch.tensor([[2.0, -1.0], [0.5, 3.0]]), torch.tensor([[-2.0, 0.25], [-0.5, -60.0]])


def test_they_are_cross_entropy_with_logits():
    ones, zeros = torch.ones(2, 2), torch.zeros(2, 2)
    assert adversarial.of_generator(FAKE).item() == pytest.approx(bce(FAKE, ones).item(), rel=1e-6)
    want = (bce(REAL, ones) + bce(FAKE, zeros)) / 2
    assert adversarial.of_critic(REAL, FAKE).item() == pytest.approx(want.item(), rel=1e-6)


def test_chance():
    blind = torch.zeros(3, 1, 4, 4)
    assert adversarial.of_critic(blind, blind).item() == pytest.approx(math.log(2))
    assert adversarial.accuracy(blind, blind).item() == 0.5
    assert adversarial.accuracy(REAL, FAKE).item() == 0.75
