"""The jump of the story by energy's declared limits: against the training data, and against the days before. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.examples.dataset import PERIOD
from ml.monitoring.monitors.moved import Moved
from ml.monitoring.monitors.sliding import Sliding
from ml.monitoring.window import (
    LABEL,
    Expectation,
    JustBefore,
    PeriodData,
    Window,
    answer_names,
    column_names,
    expectation,
    problem,
)
from ml.problems.finding import Verdict
from ml.usecases.energy.declaration import MODEL
from ml.usecases.energy.demo.generate import generate
from ml.usecases.energy.demo.truth import SHIFT_DAY

pytestmark = pytest.mark.fast
# Days that the story's version is fitted on, and its hold-out.
_FITTED, _HELD_OUT = (date(2024, 2, 12), 37), (date(2024, 3, 28), 10)
_STEPS = 24


@pytest.fixture(scope="module")
def loads() -> pd.DataFrame:
    """The load of each site in the newest hour of each day."""
    raw = generate()
    newest = raw[(raw["feed"] == "loads") & raw["at"].str.endswith("23:00:00")]
    return newest.assign(day=pd.to_datetime(newest["at"]).dt.date, load_0=newest["load_kwh"].astype(float))


def _rows(loads: pd.DataFrame, first: date, days: int = 1) -> pd.DataFrame:
    """The examples of the days, one per site and step; of what is compared, as they are, and constants otherwise."""
    asked = loads[loads["day"].isin([first + timedelta(days=after) for after in range(days)])]
    rows = asked.loc[asked.index.repeat(_STEPS)].reset_index(drop=True)
    given = {"site": rows["site"], "load_0": rows["load_0"], "series": rows["site"], "chosen": "two_seasons"}
    others = dict.fromkeys((*column_names(MODEL), *answer_names(MODEL), LABEL), 1.0)
    steps = np.arange(len(rows)) % _STEPS + 1
    return pd.DataFrame({**others, **given, "step": steps, PERIOD: rows["day"]}, index=rows.index)


@pytest.fixture(scope="module")
def expected(loads: pd.DataFrame) -> Expectation:
    """What the version expects that was trained before the jump."""
    fitted, sizes = _rows(loads, *_FITTED), pd.Series([8 * _STEPS] * 2, index=[_FITTED[0], date(2024, 3, 20)])
    return expectation(
        MODEL,
        model_version=1,
        fitted=fitted,
        holdout=_rows(loads, *_HELD_OUT),
        rows_by_period=sizes,
        described="made up",
    )


def _breaches(loads: pd.DataFrame, expected: Expectation, monitor: Moved | Sliding, first: int) -> Iterator[int]:
    """Days after the jump, from `first` on, on which the monitor sees a breach."""
    before = MODEL.monitoring.sliding_periods
    assert before is not None
    for after in range(first, 11):
        day = SHIFT_DAY + timedelta(days=after)
        rows = _rows(loads, day)
        data = PeriodData(
            period=day,
            newest_period=day,
            overdue=False,
            rows=len(rows),
            labelled=0,
            scored=len(rows),
            arrival=None,
            frame=rows,
            before=JustBefore(frame=_rows(loads, day - timedelta(days=before), before), described="before"),
        )
        found = monitor.measure(Window(data=data, expected=expected, model=MODEL, truth=problem(MODEL).truth))
        judged = [each for each in found if each.verdict is Verdict.BREACH]
        assert {each.column for each in judged} <= {"load_0"}
        if judged:
            yield after


def test_the_jump_stays_a_drift_from_training_and_is_news_for_a_day(loads: pd.DataFrame, expected: Expectation) -> None:
    """Both see it on its day, and nothing on quiet days; from the next day on only the training data differ."""
    assert list(_breaches(loads, expected, Moved(), first=-8)) == list(range(11))
    assert list(_breaches(loads, expected, Sliding(), first=-50)) == [0]
