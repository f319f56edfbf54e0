"""Splitting periods by time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.declarations import Calendar, Period
from ml.examples.split import Split, split_periods

RATIOS = {"holdout_ratio": 0.2, "tuning_ratio": 0.1, "calibration_ratio": 0.1}


def _split(periods: list[date], *, calendar: Calendar | None = None, holdout_start: date | None = None) -> Split:
    return split_periods(periods, calendar=calendar or Calendar(), **RATIOS, holdout_start=holdout_start)


def _periods(count: int) -> list[date]:
    return [date(2023 + number // 12, number % 12 + 1, 1) for number in range(count)]


def test_thirty_periods_hold_out_the_six_newest() -> None:
    """0.2 of 30 is 6; of the 24 before, the newest 2 calibrate, the 2 before them tune, 20 train."""
    periods = _periods(30)
    split = _split(periods)
    assert split.train == tuple(periods[:20])
    assert split.tuning == tuple(periods[20:22])
    assert split.calibration == tuple(periods[22:24])
    assert split.holdout == tuple(periods[24:])


def test_a_named_period_starts_the_holdout() -> None:
    """All periods from it on are held out, however many; the ratios share what is left."""
    periods = _periods(12)
    split = _split(periods, holdout_start=periods[11])
    assert (split.holdout, split.calibration, split.tuning) == ((periods[11],), (periods[10],), (periods[9],))
    between = _split(periods, holdout_start=date(2023, 8, 15))
    assert between.holdout == tuple(periods[8:])


def test_a_holdout_that_would_be_empty_or_everything_is_refused() -> None:
    """After the newest period nothing is held out, from the first one on nothing trains."""
    with pytest.raises(ValueError, match="would start in 2024-02, but the newest month of known outcomes is 2023-12"):
        _split(_periods(12), holdout_start=date(2024, 2, 1))
    with pytest.raises(ValueError, match="cannot be split"):
        _split(_periods(12), holdout_start=date(2023, 1, 1))


def test_order_and_repeats_of_the_input_do_not_matter() -> None:
    """Periods are a set."""
    assert _split(_periods(9)[::-1] * 2) == _split(_periods(9))


def test_too_few_periods_are_refused_with_what_to_do() -> None:
    """Three periods cannot make four parts."""
    with pytest.raises(ValueError, match=r"3 month\(s\).*at least 4 are needed; wait for more months"):
        _split(_periods(3))


def test_periods_are_named_as_the_use_case_counts() -> None:
    """A use case that is judged by weeks is told about weeks."""
    weeks = Calendar(period=Period.WEEK)
    days = [date(2024, 1, 1), date(2024, 1, 8), date(2024, 1, 15)]
    with pytest.raises(ValueError, match=r"3 week\(s\) of known outcomes.*wait for more weeks"):
        _split(days, calendar=weeks)
    with pytest.raises(ValueError, match="start in 2024-W05, but the newest week of known outcomes is 2024-W03"):
        _split(days, calendar=weeks, holdout_start=date(2024, 1, 29))


_RATIO = st.floats(0.01, 0.49)


@given(st.integers(4, 60), _RATIO, _RATIO, _RATIO)
def test_every_period_is_in_one_part_and_parts_never_overlap_in_time(
    count: int, holdout: float, tuning: float, calibration: float
) -> None:
    """Whatever the ratios: a partition in time order, or a refusal."""
    try:
        split = split_periods(
            _periods(count),
            calendar=Calendar(),
            holdout_ratio=holdout,
            tuning_ratio=tuning,
            calibration_ratio=calibration,
        )
    except ValueError:
        return
    assert list(split.train + split.tuning + split.calibration + split.holdout) == _periods(count)
    assert min(len(split.train), len(split.tuning), len(split.calibration), len(split.holdout)) >= 1
