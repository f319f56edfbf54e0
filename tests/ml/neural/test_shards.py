"""Rows on their way from Spark to processes, as Parquet files in the layout that Spark writes, made here without it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.neural import shards
from ml.neural.lanes import LANES

COLUMNS = ("a", "b")


def written(folder: Path, rows: int = 200) -> np.ndarray:
    """Shards of `a`, `b` (null now and then) and the target; (rows, 3) of them in the order of the lanes."""
    random = np.random.default_rng(4)
    found = []
    for lane in range(LANES):
        # One lane has no row, as happens by chance.
        count = 0 if lane == 5 else rows // LANES + lane % 3
        values = random.normal(size=(count, 2))
        values[random.random((count, 2)) < 0.1] = np.nan
        truth = (np.nansum(values, axis=1) > 0).astype(float)
        if count:
            shards.shard(folder, lane).mkdir(parents=True)
            named = {"a": pa.array(values[:, 0], from_pandas=True), "b": pa.array(values[:, 1], from_pandas=True)}
            table = pa.table({**named, shards.TARGET: truth})
            pq.write_table(table, shards.shard(folder, lane) / "part-0.snappy.parquet")
        found.append(np.column_stack([values, truth]))
    return np.concatenate(found)


def test_a_process_reads_its_own_lanes_and_the_sizes_of_all(tmp_path: Path) -> None:
    """Nulls are NaN; a lane without rows has none; both shares together are all rows."""
    rows = written(tmp_path)
    shares = [shards.read(tmp_path, COLUMNS, rank, 2) for rank in (0, 1)]
    assert shares[0].sizes == shares[1].sizes == shards.sizes(tmp_path)
    assert sum(shares[0].sizes) == len(rows)
    assert shares[0].sizes[5] == 0
    assert [sorted(share.held) for share in shares] == [list(range(rank, LANES, 2)) for rank in (0, 1)]
    held = {**shares[0].held, **shares[1].held}
    read = np.concatenate([np.column_stack(held[lane]) for lane in range(LANES)])
    np.testing.assert_array_equal(read, rows)


def test_shards_without_rows_are_an_error(tmp_path: Path) -> None:
    """It says where it looked."""
    with pytest.raises(FileNotFoundError, match="has no rows"):
        shards.read(tmp_path, COLUMNS, 0, 1)
