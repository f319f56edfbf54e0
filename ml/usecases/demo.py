"""Demo data of the use cases, for the `mlops` command and tests. Jobs never import this module."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from ml.usecases.credit import generate as credit_generate
from ml.usecases.credit import replay as credit_replay


@dataclass(frozen=True, kw_only=True)
class DemoData:
    """How to get a use case's raw data, and how to split it into landing files.

    `generate` makes seeded raw data, `read` reads a raw file (ValueError where it is none), and `replay` writes
    `<folder>/<feed>/<YYYY-MM>.csv` files and returns their paths.
    """

    generate: Callable[[], pd.DataFrame]
    read: Callable[[Path], pd.DataFrame]
    replay: Callable[[pd.DataFrame, Path], list[Path]]


DEMO_DATA = {
    "credit": DemoData(
        # One row in a hundred is dirty, so that a demo shows what quarantine does.
        generate=partial(credit_generate.generate, 30_000, 20_090_301, dirty_ratio=0.01),
        read=credit_replay.read,
        replay=credit_replay.replay,
    )
}
