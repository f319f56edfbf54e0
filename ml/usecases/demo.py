"""Demo data of the use cases, for the `mlops` command and tests. Jobs never import this module."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ml.usecases.credit.demo import generate as credit_generate
from ml.usecases.credit.demo import replay as credit_replay


@dataclass(frozen=True, kw_only=True)
class DemoData:
    """How to get a use case's raw data, and how to split it into landing files that arrive month by month.

    `generate` makes seeded raw data, `read` reads a raw file (ValueError where it is none), and `replay` writes
    `<folder>/<feed>/<YYYY-MM>.csv` files and returns their paths. `deliveries` are the newest months (`YYYY-MM`) of
    what lands together: the history first, then what arrives. Generated data changes for good in `shift_month`. Of a
    real file nothing is known, so no retraining learns from `holdout_start` or later: the newest fifth judges.
    """

    generate: Callable[[], pd.DataFrame]
    read: Callable[[Path], pd.DataFrame]
    replay: Callable[[pd.DataFrame, Path], list[Path]]
    deliveries: tuple[str, ...]
    shift_month: str
    holdout_start: str


_CREDIT_ROWS = 30_000
# Months are numbered from 0, which is 2023-01: the shift comes with the 26th.
_CREDIT_SHIFT = 25


def _credit() -> pd.DataFrame:
    """One row in a hundred is dirty, so that a demo shows what quarantine does."""
    shift = credit_generate.merger(credit_replay.first_row_of(_CREDIT_SHIFT, _CREDIT_ROWS))
    return credit_generate.generate(_CREDIT_ROWS, 20_090_301, shift=shift, dirty_ratio=0.01)


DEMO_DATA = {
    "credit": DemoData(
        generate=_credit,
        read=credit_replay.read,
        replay=credit_replay.replay,
        deliveries=("2025-01", "2025-02", "2025-05", "2025-06"),
        shift_month="2025-02",
        holdout_start="2025-01",
    )
}
