"""Mean absolute error."""

from torch.nn.functional import l1_loss as loss

__all__ = ["loss"]
