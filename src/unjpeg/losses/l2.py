"""Mean squared error."""

from torch.nn.functional import mse_loss as loss

__all__ = ["loss"]
