"""What the bench of forecasts draws, and what it says of it."""

import numpy as np
import pandas as pd
import pytest

from bench.forecast_families import HOURLY_FAMILIES, WEEKLY_FAMILIES, Family, drawn, hourly_length, weekly_length
from bench.forecast_quality import DEFAULT, MEDIAN, lines

FAMILIES = [*((each, hourly_length) for each in HOURLY_FAMILIES.values())]
FAMILIES += [*((each, weekly_length) for each in WEEKLY_FAMILIES.values())]


def test_there_are_six_families_of_each() -> None:
    """Named by what they are like."""
    assert list(HOURLY_FAMILIES) == ["office", "calls", "water", "sun", "platform", "market"]
    assert list(WEEKLY_FAMILIES) == ["shop", "fund", "claims", "stock", "adoption", "traffic"]


@pytest.mark.parametrize(("family", "length"), FAMILIES, ids=lambda each: getattr(each, "name", ""))
def test_a_family_draws_positive_series_that_are_the_same_again(family: Family, length: object) -> None:
    """Of the declared lengths; more series leave the first ones as they were."""
    few, more = drawn(family, 2, 7, length), drawn(family, 3, 7, length)  # type: ignore[arg-type]
    assert all(np.isfinite(each).all() and each.min() > 0 and each.std() > 0 for each in more)
    assert [each.tolist() for each in few] == [each.tolist() for each in more[:2]]
    shortest, longest = (748, 1008) if length is hourly_length else (93, 2613)
    assert all(shortest <= len(each) <= longest for each in more)


def test_the_section_says_if_a_bound_is_not_held() -> None:
    """The default must be below each candidate, and at most 0.97 of the median, per family and over all."""
    found = pd.DataFrame(
        {"office": [0.50, 0.60, 0.55], "water": [0.97, 0.90, 0.98], "all": [0.70, 0.75, 0.75]},
        index=[DEFAULT, "AutoETS", MEDIAN],
    )
    assert lines("Hourly", found, 4)[-1] == (
        "Below the best single candidate: not for water. At most 0.97 of the median of four: not for water (0.990)."
    )
