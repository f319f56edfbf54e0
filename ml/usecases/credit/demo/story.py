"""Credit's story: two years of applications, then single months, in which another bank's portfolio joins."""

import pandas as pd

from ml.usecases.credit.demo.checks import checks
from ml.usecases.credit.demo.generate import generate, merger
from ml.usecases.credit.demo.replay import first_row_of, read, replay
from ml.usecases.story import Story

_ROWS = 30_000
_DELIVERIES = ("2025-01", "2025-02", "2025-05", "2025-06")
# Months are numbered from 0, which is 2023-01: the shift comes with the 26th.
_SHIFT, _SHIFT_MONTH = 25, "2025-02"


def _generated() -> pd.DataFrame:
    """One row in a hundred is dirty, so that the demo shows quarantine at work."""
    return generate(_ROWS, 20_090_301, shift=merger(first_row_of(_SHIFT, _ROWS)), dirty_ratio=0.01)


STORY = Story(
    generate=_generated,
    read=read,
    replay=replay,
    # The sample's hold-out must stay above the comparison gate's smallest size.
    sample_rows=6_000,
    deliveries=_DELIVERIES,
    shift_period=_SHIFT_MONTH,
    # The newest fifth.
    holdout_start="2025-01",
    checks=checks(shift=_SHIFT_MONTH, newest=_DELIVERIES[-1]),
)
