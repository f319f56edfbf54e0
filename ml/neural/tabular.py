"""A network for rows of numbers: each column becomes a vector, and residual blocks mix them.

Sources: Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular Deep Learning" (piecewise linear
encoding, then a linear layer per column), and Gorishniy et al. 2021, "Revisiting Deep Learning Models for Tabular
Data" (residual blocks). The blocks normalise each row by itself and not the batch, whose rows other processes hold.
`ml/versions/scorer.py` computes the same from the weights, without PyTorch.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn


class Block(nn.Module):
    """Adds to its rows of shape (rows, width) what two layers make of them."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, 2 * width)
        self.second = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """The rows, changed."""
        changed: torch.Tensor = self.second(self.dropout(torch.relu(self.first(self.norm(rows)))))
        return rows + changed


class EmbeddedColumns(nn.Module):
    """What networks over columns begin with: each column's place in its bins, and whether it is null, make its vector.

    `edges` are the bounds of each column's bins, as `scorer.expand` takes them; each column has a vector of
    `embedding` numbers.
    """

    def __init__(self, edges: Sequence[Sequence[float]], embedding: int) -> None:
        super().__init__()
        lower, span = padded(edges)
        self.register_buffer("lower", torch.from_numpy(lower))
        self.register_buffer("span", torch.from_numpy(span))
        columns, bins = lower.shape
        bound = 1 / np.sqrt(bins + 1)
        self.vectors = nn.Parameter(torch.empty(columns, bins + 1, embedding).uniform_(-bound, bound))
        self.shift = nn.Parameter(torch.empty(columns, embedding).uniform_(-bound, bound))

    def embedded(self, values: torch.Tensor) -> torch.Tensor:
        """From (rows, columns), NaN for null, to (rows, columns * embedding)."""
        null = torch.isnan(values)
        places = (torch.nan_to_num(values)[:, :, None] - self.lower) / self.span
        places = torch.where(null[:, :, None], 0.0, places.clamp(0.0, 1.0))
        encoded = torch.cat([places, null[:, :, None].to(places.dtype)], dim=2)
        return torch.relu(torch.einsum("rcb,cbe->rce", encoded, self.vectors) + self.shift).flatten(1)


class TabularNetwork(EmbeddedColumns):
    """From (rows, columns), NaN for null, to (rows, 1)."""

    def __init__(
        self, edges: Sequence[Sequence[float]], *, embedding: int, width: int, blocks: int, dropout: float
    ) -> None:
        super().__init__(edges, embedding)
        self.first = nn.Linear(len(edges) * embedding, width)
        self.blocks = nn.ModuleList(Block(width, dropout) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, 1)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """One number per row."""
        rows = self.first(self.embedded(values))
        for block in self.blocks:
            rows = block(rows)
        answer: torch.Tensor = self.last(torch.relu(self.norm(rows)))
        return answer


def network(edges: Sequence[Sequence[float]], params: Mapping[str, float | int]) -> TabularNetwork:
    """The network of these parameters."""
    sizes = {name: int(params[name]) for name in ("embedding", "width", "blocks")}
    return TabularNetwork(edges, **sizes, dropout=float(params["dropout"]))


def padded(edges: Sequence[Sequence[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Lower bound and width of each bin, (columns, bins); a bin that a column lacks is so wide that none is in it."""
    bins = max([len(bounds) - 1 for bounds in edges] + [1])
    lower, span = np.zeros((len(edges), bins)), np.full((len(edges), bins), np.inf)
    for column, bounds in enumerate(edges):
        lower[column, : len(bounds) - 1] = bounds[:-1]
        span[column, : len(bounds) - 1] = np.diff(bounds)
    return lower, span
