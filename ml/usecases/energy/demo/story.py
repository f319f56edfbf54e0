"""Energy's story: nine weeks of hours, a quiet week, then a second work shift that raises every site's load."""

from ml.usecases.energy.demo.checks import checks
from ml.usecases.energy.demo.generate import generate
from ml.usecases.energy.demo.replay import read, replay
from ml.usecases.energy.demo.truth import DAYS, SHIFT_DAY, SITES
from ml.usecases.story import Story

_DELIVERIES = ("2024-04-07", "2024-04-15", "2024-04-26")

STORY = Story(
    generate=generate,
    read=read,
    replay=replay,
    # All rows of loads and weather: a part of a series would be a different series.
    sample_rows=2 * 24 * DAYS * len(SITES),
    deliveries=_DELIVERIES,
    shift_period=str(SHIFT_DAY),
    # The newest fifth of the days that can be forecast.
    holdout_start="2024-03-28",
    checks=checks(
        quiet=tuple(f"2024-04-{day:02d}" for day in range(9, 16)),
        shift=str(SHIFT_DAY),
        settled=("2024-04-25", "2024-04-26"),
    ),
)
