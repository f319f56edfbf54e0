"""Which periods are the sliding reference of a period, and when it has changed. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ml.declarations import Calendar, Model, Period
from ml.monitoring.just_before import just_before, periods_before, reference_content
from ml.monitoring.measure import Plan, plan
from ml.monitoring.period_fingerprints import Counted, PeriodState
from ml.monitoring.window import JustBefore
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.monitoring.made import PREDICTION, client_rows
from tests.ml.monitoring.policies import MONTHS

pytestmark = pytest.mark.fast
Versions = Mapping[date, int]
MARCH, APRIL, MAY, JUNE, JULY = (date(2024, month, 1) for month in (3, 4, 5, 6, 7))
MODEL: Model = replace(CREDIT.models[0], monitoring=replace(CREDIT.models[0].monitoring, sliding_periods=3))


def _state(period: date, rows: int = 1000, version: int = 1, checksum: int = 1) -> PeriodState:
    counted = Counted(rows=rows, checksum=checksum)
    return PeriodState(period=period, features=counted, predictions={version: counted}, outcomes=counted)


KNOWN = [_state(period) for period in (MARCH, APRIL, MAY, JUNE, JULY)]


def test_a_period_is_compared_with_those_just_before_it() -> None:
    """Two before it, oldest first; the first has none, the second one; a period across a gap is not just before."""
    found = periods_before(KNOWN, MONTHS, 2)
    assert {period: [each.period for each in of] for period, of in found.items()} == {
        MARCH: [],
        APRIL: [MARCH],
        MAY: [MARCH, APRIL],
        JUNE: [APRIL, MAY],
        JULY: [MAY, JUNE],
    }
    apart = periods_before([_state(MARCH), _state(JULY)], MONTHS, 2)
    assert apart[JULY] == ()
    assert periods_before(KNOWN, MONTHS, None) == {}


@pytest.mark.parametrize("period", list(Period))
def test_a_clock_that_jumps_has_no_period_before_it(period: Period) -> None:
    """The first and the last day that a date can be: nothing is computed beyond them."""
    calendar = Calendar(period=period)
    far = [_state(date(1, 1, 1)), _state(JUNE), _state(date(9999, 12, 31))]
    assert set(periods_before(far, calendar, 3).values()) == {()}


def _plan(known: list[PeriodState], periods: int | None, done: Mapping[tuple[date, int], str] | None = None) -> Plan:
    return plan(known, 1, done or {}, MONTHS, 1, sliding_periods=periods)


def _fingerprints(known: list[PeriodState], periods: int | None) -> Mapping[date, str]:
    return _plan(known, periods).fingerprints


def _found(
    period: date, earlier: list[PeriodState], read: Mapping[date, pd.DataFrame], versions: Versions
) -> JustBefore:
    return just_before(period, {period: earlier}, versions, read, model=MODEL, calendar=MONTHS)


@pytest.mark.parametrize(
    ("april", "changed"),
    [
        (_state(APRIL, checksum=2), {APRIL, MAY, JUNE}),
        (_state(APRIL, rows=999), {APRIL, MAY, JUNE}),
        (_state(APRIL, version=2), {APRIL, MAY, JUNE}),
        (replace(_state(APRIL), outcomes=Counted()), {APRIL}),
        (replace(_state(APRIL), rejected=7), {APRIL}),
    ],
    ids=["values", "withdrawn", "version", "outcomes", "rejected"],
)
def test_periods_are_measured_again_if_those_before_them_changed(april: PeriodState, changed: set[date]) -> None:
    """Rows and answers of the two before count; outcomes and rejected records do not, since they are not compared."""
    before = _fingerprints(KNOWN, 2)
    after = _fingerprints([april if state.period == APRIL else state for state in KNOWN], 2)
    assert {period for period in before if before[period] != after[period]} == changed


def test_a_rerun_measures_nothing_and_a_changed_declaration_everything() -> None:
    """Fingerprints without the comparison are those from before there was one."""
    done = {(period, 1): at for period, at in _fingerprints(KNOWN, 2).items()}
    assert _plan(KNOWN, 2, done).stale == ()
    for periods in (None, 1, 3):
        assert [state.period for state in _plan(KNOWN, periods, done).stale] == [state.period for state in KNOWN]
    newest = max(state.period for state in KNOWN)
    assert _fingerprints(KNOWN, None) == {state.period: state.fingerprint(newest, MONTHS, 1) for state in KNOWN}


def test_answers_of_another_version_are_no_part_of_it() -> None:
    """Two versions answer differently, so their answers are not compared; their rows are."""
    content = reference_content(JUNE, {JUNE: [_state(MAY)]}, {MAY: 1, JUNE: 2}, 3)
    rows = {"period": MAY, "features": {"rows": 1000, "checksum": 1}, "answers": None}
    assert content == {"sliding_periods": 3, "before": [rows]}
    versions = {MARCH: 1, APRIL: 1, MAY: 2, JUNE: 2}
    read = {period: client_rows(300, seed) for seed, period in enumerate((MARCH, APRIL, MAY))}
    earlier = [_state(MARCH, 300), _state(APRIL, 300), _state(MAY, 300, version=2)]
    found = _found(JUNE, earlier, read, versions)
    assert found.frame["limit_bal"].notna().sum() == 900
    assert found.frame[PREDICTION].notna().tolist() == [False] * 600 + [True] * 300
    assert found.frame[PREDICTION].tolist()[600:] == read[MAY][PREDICTION].tolist()


def test_the_periods_are_named_with_their_rows() -> None:
    """Those that are compared, those with too few rows, a sample, and how many have no data at all."""
    read = {period: client_rows(rows) for period, rows in ((MARCH, 300), (APRIL, 199), (MAY, 200))}
    earlier = [_state(MARCH, 300), _state(APRIL, 199), _state(MAY, 5000)]
    versions = dict.fromkeys((MARCH, APRIL, MAY, JUNE), 1)
    whole = _found(JUNE, earlier, read, versions)
    assert whole.described == (
        "the 3 months before: 2024-03 (300 rows), 2024-04 (199 rows: too few), 2024-05 (200 of 5,000 rows)"
    )
    assert len(whole.frame) == 500
    short = _found(APRIL, earlier[:1], read, versions)
    assert short.described == "the 3 months before: 2024-03 (300 rows); 2 without data"


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_before_it_is_said(rows: int) -> None:
    """A period whose rows were all rejected or withdrawn has a state, and no rows."""
    versions = {MAY: 1, JUNE: 1}
    found = _found(JUNE, [_state(MAY, rows)], {MAY: client_rows(rows)}, versions)
    assert found.frame.empty
    assert found.described == f"the 3 months before: 2024-05 ({rows} rows: too few); 2 without data"
    assert _found(JUNE, [], {}, versions).described == "the 3 months before: 3 without data"
