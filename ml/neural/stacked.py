"""A network over many series: a stack of blocks, each of which explains a part of the past and adds to the forecast.

Sources: Oreshkin et al. 2020, "N-BEATS: Neural basis expansion analysis for interpretable time series forecasting"
(section 3.2, doubly residual stacking, with the generic basis), and Olivares et al. 2023, "Neural basis expansion
analysis with exogenous variables: Forecasting electricity prices with NBEATSx" (what else is known goes into each
block). A row asks for one step ahead, which is among what else is known, so a block adds one number.
`ml/versions/scorer.py` computes the same from the weights, without PyTorch.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from ml.neural.tabular import EmbeddedColumns


class Block(nn.Module):
    """From what is left of the past, and the context, to its inner numbers and to what it leaves of the past."""

    def __init__(self, past: int, context: int, width: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.Linear(past + context, width)
        self.second = nn.Linear(width, width)
        self.explained = nn.Linear(width, past)
        self.dropout = nn.Dropout(dropout)

    def forward(self, left: torch.Tensor, context: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Shapes (rows, width) and (rows, past)."""
        inner = torch.relu(self.first(torch.cat([left, context], dim=1)))
        inner = self.dropout(torch.relu(self.second(inner)))
        return inner, left - self.explained(inner)


class StackedNetwork(EmbeddedColumns):
    """From (rows, columns), NaN for null, to (rows, 1). `past` are the columns that hold the series' newest values.

    What a series does not reach back to counts as 0. The context are all columns, embedded as `tabular` embeds them: so
    a block also knows the past as it was, and which of it is missing.
    """

    def __init__(
        self,
        edges: Sequence[Sequence[float]],
        past: Sequence[int],
        *,
        embedding: int,
        width: int,
        blocks: int,
        dropout: float,
    ) -> None:
        super().__init__(edges, embedding)
        self.register_buffer("past", torch.tensor(list(past)))
        sizes = (len(past), len(edges) * embedding, width, dropout)
        self.blocks = nn.ModuleList(Block(*sizes) for _ in range(blocks))
        # The sum of the blocks' forecasts, each a sum over its inner numbers.
        self.last = nn.Linear(blocks * width, 1)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """One number per row."""
        left, context = torch.nan_to_num(values[:, self.past]), self.embedded(values)
        found = []
        for block in self.blocks:
            inner, left = block(left, context)
            found.append(inner)
        answer: torch.Tensor = self.last(torch.cat(found, dim=1))
        return answer


def network(edges: Sequence[Sequence[float]], past: Sequence[int], params: Mapping[str, float | int]) -> StackedNetwork:
    """The network of these parameters."""
    sizes = {name: int(params[name]) for name in ("embedding", "width", "blocks")}
    return StackedNetwork(edges, past, **sizes, dropout=float(params["dropout"]))
