"""Rows on their way from Spark to the processes that fit: a Parquet file per lane, which only its process reads.

Shape: columns of numbers, null where a value is not known, and `_target`. Which lane a row is in, and where in it,
follows from its key alone.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from ml.neural.lanes import LANES, Array, Lanes, own

TARGET, LANE = "_target", "_lane"


def shard(folder: Path, lane: int) -> Path:
    """The folder of one lane, as Spark names it."""
    return folder / f"{LANE}={lane}"


def sizes(folder: Path) -> tuple[int, ...]:
    """The rows of every lane, from the files' footers."""
    return tuple(sum(pq.read_metadata(file).num_rows for file in _files(folder, lane)) for lane in range(LANES))


def read(folder: Path, columns: Sequence[str], rank: int, world: int) -> Lanes:
    """The share of the process `rank` of `world`. Raises FileNotFoundError if there are no rows at all."""
    counted = sizes(folder)
    if not sum(counted):
        raise FileNotFoundError(f"{folder} has no rows: were the periods before the hold-out empty?")
    held = {lane: _lane(folder, columns, lane) for lane in own(LANES, rank, world)}
    return Lanes(sizes=counted, held=held)


def _files(folder: Path, lane: int) -> list[Path]:
    return sorted(shard(folder, lane).glob("*.parquet"))


def _lane(folder: Path, columns: Sequence[str], lane: int) -> tuple[Array, Array]:
    tables = [pq.read_table(file, columns=[*columns, TARGET]) for file in _files(folder, lane)]
    if not tables:
        return np.empty((0, len(columns))), np.empty((0, 1))
    inputs = [
        np.column_stack([table[name].to_numpy().astype(np.float64, copy=False) for name in columns]) for table in tables
    ]
    targets = [table[TARGET].to_numpy().astype(np.float64, copy=False)[:, None] for table in tables]
    return np.concatenate(inputs), np.concatenate(targets)
