"""Deliveries while credit is scored as a stream: two years of applications, and three more files."""

import pandas as pd

from ml.usecases.credit.demo.generate import generate
from ml.usecases.credit.demo.replay import read, replay
from ml.usecases.story import Story

_ROWS, _SEED = 9_000, 20_090_301


def _generated() -> pd.DataFrame:
    """Nothing shifts; one row in a hundred is dirty."""
    return generate(_ROWS, _SEED, dirty_ratio=0.01)


STORY = Story(
    generate=_generated,
    read=read,
    replay=replay,
    sample_rows=_ROWS,
    # The history, one scored by the first version, one that arrives while the second trains, one scored by the second.
    deliveries=("2025-03", "2025-04", "2025-05", "2025-06"),
    shift_period="",
    holdout_start="2025-01",
    checks=(),
)
