"""Fit a tabular network on shards: what each process runs, whether it is alone or one of many on many machines.

Spark's `TorchDistributor` calls `fit` in every process. What it takes and gives are plain values, since the processes
get this code with the call and know no class of the process that called.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ml.neural import loop, shards, tabular
from ml.neural.checkpoints import Checkpoints
from ml.neural.losses import LOSSES
from ml.neural.processes import joined
from ml.neural.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What to fit on which shards. `loss` is a name in `LOSSES`; without `tuning` all epochs are made."""

    columns: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]
    params: Mapping[str, float | int]
    loss: str
    schedule: Schedule
    rows: str
    checkpoints: str
    tuning: str = ""

    def as_values(self) -> dict[str, Any]:
        """As `fit` takes it."""
        return asdict(self)


def fit(asked: Mapping[str, Any]) -> dict[str, Any]:
    """`weights` by name, and `epochs`: number, loss on the fitted and on the tuning rows. `best` is the best number."""
    with joined() as process:
        rows = shards.read(Path(asked["rows"]), asked["columns"], process.rank, process.world)
        tuning = asked["tuning"]
        judged = shards.read(Path(tuning), asked["columns"], process.rank, process.world) if tuning else None
        done = loop.fit(
            lambda: tabular.network(asked["edges"], asked["params"]),
            LOSSES[asked["loss"]],
            rows,
            Schedule(**asked["schedule"]),
            process,
            tuning=judged,
            checkpoints=Checkpoints(folder=Path(asked["checkpoints"])),
        )
    return {
        "weights": dict(done.weights),
        "epochs": [[each.number, each.fitted, each.tuning] for each in done.epochs],
        "best": done.best.number,
    }
