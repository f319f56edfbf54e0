"""Training throughput of a network, in rows per second, with one process and with several. Run it with `.venv-torch`.

Every process is a real one with its own lanes; they communicate with gloo over loopback. Set-up and the first epoch are
not counted. On a machine whose cores are already busy, more processes only share them.
"""

import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.neural.lanes import dealt
from ml.neural.schedule import Schedule

_COLUMNS, _ROWS, _EPOCHS, _BATCH_ROWS = 30, 40_000, 3, 2_048
_PARAMS = {"embedding": 8, "width": 64, "blocks": 2, "dropout": 0.2}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """`rows_per_s` is the sum over all processes."""

    processes: int
    rows_per_s: float

    def line(self, alone: "Measured") -> str:
        """The figures as one line of text."""
        each, gained = self.rows_per_s / self.processes, self.rows_per_s / alone.rows_per_s
        return (
            f"{self.processes} processes: {self.rows_per_s:,.0f} rows/s, {each:,.0f} a process, {gained:.2f} times one"
        )


def _fit(rank: int, world: int, port: int, said: Any) -> None:
    """One process; the leading one returns the seconds of the counted epochs."""
    import torch  # noqa: PLC0415 - the module is imported where PyTorch is not

    from ml.neural import loop, losses, processes, tabular  # noqa: PLC0415

    torch.set_num_threads(1)
    names = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": world, "MASTER_PORT": port}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", **{name: str(value) for name, value in names.items()}}
    random = np.random.default_rng(1)
    values = random.normal(size=(_ROWS, _COLUMNS))
    rows = dealt(values, (values.sum(axis=1) > 0).astype(float)).of(rank, world)
    edges = [list(np.linspace(-3, 3, 17))] * _COLUMNS
    ends: list[float] = []
    with processes.joined() as process:
        loop.fit(
            lambda: tabular.network(edges, _PARAMS),
            losses.logistic,
            rows,
            Schedule(batch_rows=_BATCH_ROWS, epochs=_EPOCHS, learning_rate=1e-3, seed=1),
            process,
            watch=lambda _: ends.append(time.monotonic()),
        )
        if process.leads:
            said.put(ends[-1] - ends[0])


def measure(processes: int) -> Measured:
    """Fit with so many processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    started = [context.Process(target=_fit, args=(rank, processes, port, said)) for rank in range(processes)]
    for each in started:
        each.start()
    taken_s = said.get(timeout=600)
    for each in started:
        each.join()
    return Measured(processes=processes, rows_per_s=_ROWS * (_EPOCHS - 1) / taken_s)


def main(arguments: Sequence[str]) -> None:
    """Measure each number of processes: 1 and 2, or the given ones."""
    alone = measure(1)
    print(alone.line(alone), flush=True)
    for processes in [int(each) for each in arguments] or [2]:
        print(measure(processes).line(alone), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
