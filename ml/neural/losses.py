"""What networks minimise: outputs and targets, a row each, to the sum of the losses of the rows."""

from collections.abc import Callable, Mapping

import torch
from torch.nn import functional


def logistic(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Of log-odds against 1 and 0."""
    return functional.binary_cross_entropy_with_logits(outputs, targets, reduction="sum")


def squared(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Of values against values."""
    return functional.mse_loss(outputs, targets, reduction="sum")


# By the names that problems use.
LOSSES: Mapping[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {"logistic": logistic, "squared": squared}
