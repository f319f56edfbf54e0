"""The sliding reference of a period: which periods before it are compared with it, and their rows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

import numpy as np
import pandas as pd

from ml.declarations import Calendar, Model
from ml.monitoring.period_fingerprints import PeriodState
from ml.monitoring.window import JustBefore, answer_names

Before = Mapping[date, Sequence[PeriodState]]


def periods_before(known: Sequence[PeriodState], calendar: Calendar, periods: int | None) -> Before:
    """For each known period those of the `periods` just before it that are known, oldest first; empty for None."""
    if periods is None:
        return {}
    numbered = {calendar.number(state.period): state for state in known}
    return {
        state.period: tuple(numbered[each] for each in range(number - periods, number) if each in numbered)
        for number, state in numbered.items()
    }


def reference_content(
    period: date, before: Before, versions: Mapping[date, int], periods: int | None
) -> Mapping[str, object] | None:
    """Changes exactly when the sliding reference of `period` does; None if none is declared.

    Outcomes are no part of it. `versions`: the version that each period is measured for.
    """
    if periods is None:
        return None
    version = versions[period]
    earlier = [
        {
            "period": each.period,
            "features": asdict(each.features),
            "answers": each.predictions.get(version) if versions[each.period] == version else None,
        }
        for each in before[period]
    ]
    return {"sliding_periods": periods, "before": earlier}


def just_before(
    period: date,
    before: Before,
    versions: Mapping[date, int],
    read: Mapping[date, pd.DataFrame],
    *,
    model: Model,
    calendar: Calendar,
) -> JustBefore:
    """The rows of the periods before `period` that have enough. `read`: the rows (or a sample) of each period.

    Answers of another version than the one that scored `period` become null: two versions answer differently.
    """
    earlier, limits = before.get(period, ()), model.monitoring
    enough = {each.period: read[each.period] for each in earlier if len(read[each.period]) >= limits.min_rows}
    said = _described(earlier, enough, limits.sliding_periods or 0, calendar)
    if not enough:
        return JustBefore(described=said)
    frame = pd.concat(list(enough.values()), ignore_index=True)
    same = np.repeat([versions[each] == versions[period] for each in enough], [len(each) for each in enough.values()])
    own = {name: frame[name].where(same) for name in answer_names(model)}
    return JustBefore(frame=frame.assign(**own), described=said)


def _described(
    earlier: Sequence[PeriodState], enough: Mapping[date, pd.DataFrame], periods: int, calendar: Calendar
) -> str:
    """`the 3 months before: 2024-03 (1,000 rows), 2024-04 (12 rows: too few); 1 without data`."""
    known = ", ".join(f"{calendar.named(each.period)} ({_rows(each, enough)})" for each in earlier)
    missing = f"{periods - len(earlier)} without data" if len(earlier) < periods else ""
    return f"{calendar.before(periods)}: {'; '.join(each for each in (known, missing) if each)}"


def _rows(state: PeriodState, enough: Mapping[date, pd.DataFrame]) -> str:
    rows, read = f"{state.features.rows:,} rows", enough.get(state.period)
    if read is None:
        return f"{rows}: too few"
    return rows if len(read) == state.features.rows else f"{len(read):,} of {rows}"
