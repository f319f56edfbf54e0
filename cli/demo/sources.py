"""Where a use case's demo gets its raw data: generated, or a real file in the same raw format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ml.usecases.credit.generate import generate
from ml.usecases.credit.replay import replay

_SEED = 20_260_101


@dataclass(frozen=True, kw_only=True)
class DemoSource:
    """How to generate raw records, and how to replay raw records into landing files by feed and month."""

    generate: Callable[[], pd.DataFrame]
    replay: Callable[[pd.DataFrame, Path], list[Path]]

    @staticmethod
    def read(path: Path) -> pd.DataFrame:
        """The raw records of a CSV file, as text. Raises ValueError where it is empty, torn or not UTF-8."""
        return pd.read_csv(path, dtype=str, keep_default_na=False)


# Some of the generated records are broken on purpose, so that the quarantine has something to show.
SOURCES = {"credit": DemoSource(generate=lambda: generate(20_000, _SEED, dirty_ratio=0.002), replay=replay)}
