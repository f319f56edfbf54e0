"""Splitting months by time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.examples.split import split_months


def _months(count: int) -> list[date]:
    return [date(2023 + number // 12, number % 12 + 1, 1) for number in range(count)]


def test_thirty_months_hold_out_the_six_newest() -> None:
    """0.2 of 30 is 6; of the 24 before, the newest 2 calibrate, the 2 before them tune, 20 train."""
    months = _months(30)
    split = split_months(months, holdout_ratio=0.2, tuning_ratio=0.1, calibration_ratio=0.1)
    assert split.train == tuple(months[:20])
    assert split.tuning == tuple(months[20:22])
    assert split.calibration == tuple(months[22:24])
    assert split.holdout == tuple(months[24:])


def test_a_named_month_starts_the_holdout() -> None:
    """All months from it on are held out, however many; the ratios share what is left."""
    months = _months(12)
    ratios = {"holdout_ratio": 0.2, "tuning_ratio": 0.1, "calibration_ratio": 0.1}
    split = split_months(months, **ratios, holdout_start=months[11])
    assert (split.holdout, split.calibration, split.tuning) == ((months[11],), (months[10],), (months[9],))
    between = split_months(months, **ratios, holdout_start=date(2023, 8, 15))
    assert between.holdout == tuple(months[8:])


def test_a_holdout_that_would_be_empty_or_everything_is_refused() -> None:
    """After the newest month nothing is held out, from the first one on nothing trains."""
    ratios = {"holdout_ratio": 0.2, "tuning_ratio": 0.1, "calibration_ratio": 0.1}
    with pytest.raises(ValueError, match="would start in 2024-02, but the newest month of known outcomes is 2023-12"):
        split_months(_months(12), **ratios, holdout_start=date(2024, 2, 1))
    with pytest.raises(ValueError, match="cannot be split"):
        split_months(_months(12), **ratios, holdout_start=date(2023, 1, 1))


def test_order_and_repeats_of_the_input_do_not_matter() -> None:
    """Months are a set."""
    ratios = {"holdout_ratio": 0.2, "tuning_ratio": 0.1, "calibration_ratio": 0.1}
    assert split_months(_months(9)[::-1] * 2, **ratios) == split_months(_months(9), **ratios)


def test_too_few_months_are_refused_with_what_to_do() -> None:
    """Three months cannot make four parts."""
    with pytest.raises(ValueError, match=r"3 month\(s\).*at least 4 are needed; wait for more months"):
        split_months(_months(3), holdout_ratio=0.2, tuning_ratio=0.1, calibration_ratio=0.1)


_RATIO = st.floats(0.01, 0.49)


@given(st.integers(4, 60), _RATIO, _RATIO, _RATIO)
def test_every_month_is_in_one_part_and_parts_never_overlap_in_time(
    count: int, holdout: float, tuning: float, calibration: float
) -> None:
    """Whatever the ratios: a partition in time order, or a refusal."""
    try:
        split = split_months(_months(count), holdout_ratio=holdout, tuning_ratio=tuning, calibration_ratio=calibration)
    except ValueError:
        return
    assert list(split.train + split.tuning + split.calibration + split.holdout) == _months(count)
    assert min(len(split.train), len(split.tuning), len(split.calibration), len(split.holdout)) >= 1
