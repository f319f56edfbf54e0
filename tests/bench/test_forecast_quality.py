"""What the bench of forecasts draws, and what it says of it."""

import numpy as np
import pandas as pd
import pytest

from bench.forecast_families import HOURLY_FAMILIES, WEEKLY_FAMILIES, Family, drawn, hourly_length, weekly_length
from bench.forecast_pairs import Ratio, ratio
from bench.forecast_quality import DEFAULT, Found, lines
from ml.problems.forecasting.table import Judged

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
    found = Found(
        owa=pd.DataFrame({"office": [0.5, 0.6], "water": [0.97, 0.9], "all": [0.7, 0.75]}, index=[DEFAULT, "AutoETS"]),
        best={"office": "AutoETS", "water": "AutoETS"},
        to_best={"office": _about(0.833, 0.1), "water": _about(1.078, 0.01)},
        to_median={"office": _about(0.909, 0.1), "water": _about(0.990, 0.1)},
    )
    assert lines("Hourly", found, 4)[-1] == (
        "Below the best single candidate: not for water (1.078); beyond chance below for office, above for water. "
        "At most 0.97 of the median of four: not for water (0.990)."
    )


def _about(value: float, wide: float) -> Ratio:
    return Ratio(value=value, lower=value - wide, upper=value + wide)


def _judged(ours: float, theirs: float) -> list[Judged]:
    base = {"base_smape": 10.0, "base_mase": 2.0}
    return [
        Judged(name=name, values={"smape": 10 * each, "mase": 2 * each, **base})
        for name, each in (("ours", ours), ("theirs", theirs))
    ]


def test_a_comparison_is_as_sure_as_its_series_agree() -> None:
    """Better on each by a tenth is beyond chance; better and worse in turn is not. A missing answer is left out."""
    agreed = ratio([_judged(0.9 * size, size) for size in np.linspace(0.5, 1.5, 20)], "ours", "theirs")
    assert (agreed.value, agreed.lower, agreed.upper) == pytest.approx((0.9, 0.9, 0.9))
    assert agreed.sure == "below"
    torn = ratio([_judged(1.0 + (-1) ** at * 0.5, 1.0) for at in range(20)], "ours", "theirs")
    assert torn.value == pytest.approx(1.0)
    assert torn.sure == "neither"
    assert ratio([_judged(0.9, 1.0), _judged(9.0, np.nan)], "ours", "theirs").value == pytest.approx(0.9)
