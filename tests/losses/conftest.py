import pytest
import torch


@pytest.fixture
def pair():
    """Restored and clean, (2, 3, 48, 64)."""
    torch.manual_seed(0)
    clean = torch.rand(2, 3, 48, 64)
    return (clean + 0.1 * torch.randn_like(clean)).clamp(0, 1), clean
