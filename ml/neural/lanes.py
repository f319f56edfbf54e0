"""Rows in lanes: what makes many processes learn what one learns.

Rows lie in a fixed number of lanes. A step takes the next rows of every lane, each in its own shuffled order, so which
rows a step learns from does not depend on how many processes share the lanes. A process holds its own lanes and no
others, and knows the sizes of all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LANES = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Lanes:
    """`held`: inputs (rows, columns) and targets (rows, outputs) of the lanes that this process holds, by number.

    `sizes`: the rows of every lane, held or not.
    """

    sizes: tuple[int, ...]
    held: Mapping[int, tuple[Array, Array]]

    @property
    def rows(self) -> int:
        """Those of all lanes."""
        return sum(self.sizes)

    def of(self, rank: int, world: int) -> "Lanes":
        """The share of the process `rank` of `world`."""
        kept = own(len(self.sizes), rank, world)
        return Lanes(sizes=self.sizes, held={lane: self.held[lane] for lane in kept})

    def all(self) -> tuple[Array, Array]:
        """The held rows, lane by lane."""
        ordered = [self.held[lane] for lane in sorted(self.held)]
        return np.concatenate([x for x, _ in ordered]), np.concatenate([y for _, y in ordered])

    def steps(self, batch_rows: int) -> int:
        """Steps of an epoch: until the longest lane ends. Raises ValueError for rows that lanes cannot share."""
        if batch_rows % len(self.sizes):
            raise ValueError(f"batch_rows is {batch_rows}: give a multiple of the {len(self.sizes)} lanes")
        return -(-max(self.sizes) // (batch_rows // len(self.sizes)))

    def batches(self, batch_rows: int, seed: int, epoch: int, first: int = 0) -> Iterator[tuple[Array, Array, int]]:
        """The held rows of each step of `epoch` from `first` on, and how many rows the step has over all lanes."""
        steps, each = self.steps(batch_rows), batch_rows // len(self.sizes)
        order = {
            lane: np.random.default_rng([seed, epoch, lane]).permutation(self.sizes[lane]) for lane in sorted(self.held)
        }
        for step in range(first, steps):
            start, end = step * each, (step + 1) * each
            taken = [(self.held[lane], rows[start:end]) for lane, rows in order.items()]
            count = sum(max(0, min(size, end) - start) for size in self.sizes)
            yield (
                np.concatenate([x[rows] for (x, _), rows in taken]),
                np.concatenate([y[rows] for (_, y), rows in taken]),
                count,
            )


def shared_by(lanes: int) -> list[int]:
    """How many processes can share so many lanes evenly."""
    return [number for number in range(1, lanes + 1) if lanes % number == 0]


def own(lanes: int, rank: int, world: int) -> list[int]:
    """The lanes of the process `rank` of `world`. Raises ValueError if some process would have more than another."""
    if lanes % world:
        fits = ", ".join(map(str, shared_by(lanes)))
        raise ValueError(f"{world} processes cannot share {lanes} lanes evenly: take {fits}")
    return list(range(rank, lanes, world))


def dealt(inputs: Array, targets: Array, lanes: int = LANES) -> Lanes:
    """Rows in memory, dealt to the lanes in turn."""
    targets = targets.reshape(len(targets), -1)
    held = {lane: (inputs[lane::lanes], targets[lane::lanes]) for lane in range(lanes)}
    return Lanes(sizes=sizes(len(inputs), lanes), held=held)


def sizes(rows: int, lanes: int) -> tuple[int, ...]:
    """How many of `rows` each lane gets in turn."""
    return tuple(len(range(lane, rows, lanes)) for lane in range(lanes))
