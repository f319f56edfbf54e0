"""What is known of a series at the end of a week, and nothing that is not."""

from datetime import date

import pandas as pd
import pytest

from ml.usecases.demand.examples import examples, left_out, origins, weeks_to_christmas
from ml.usecases.demand.rules import AGE_WEEKS, DEAD, FORECAST, HISTORY, SELDOM, STEPS, YOUNG
from tests.ml.usecases.demand.made import NO_OFFERS, week, weeks

pytestmark = pytest.mark.fast

_UNITS = [5 + at % 3 for at in range(30)]


def test_an_example_carries_its_past_and_asks_for_four_weeks() -> None:
    """Newest first, null before the series began; a name a series and step, an id an example."""
    found = examples(weeks(_UNITS), NO_OFFERS)
    assert list(found["origin"].drop_duplicates()) == [week(at) for at in range(12, 30)]
    first = found[found["origin"] == week(12)]
    assert list(first["step"]) == list(STEPS)
    assert list(first["target_week"]) == [week(13), week(14), week(15), week(16)]
    assert list(first["series_step"]) == [f"22633|France|{step}" for step in STEPS]
    assert first["example_id"].iloc[0] == "22633|France|1|2024-03-25"
    assert [first[name].iloc[0] for name in HISTORY[:13]] == [float(units) for units in _UNITS[12::-1]]
    assert first[list(HISTORY[13:])].isna().all(axis=None)
    assert (first["age_weeks"].iloc[0], first["weeks_sold"].iloc[0], first["price_change"].iloc[0]) == (13, 13, 0)
    assert found["example_id"].is_unique


def _leaking(given: pd.DataFrame) -> pd.DataFrame:
    """The planted leak: the week that is asked for is already in the history."""
    return origins(given.assign(units=given["units"].shift(-1).fillna(0)))


@pytest.mark.parametrize(("made", "leaks"), [(origins, False), (_leaking, True)])
def test_what_comes_later_changes_no_origin(made: type, leaks: bool) -> None:
    """Every row is the same if it is computed at the end of its own week; a leak would show."""
    whole = made(weeks(_UNITS))
    then = [made(weeks(_UNITS[: at + 1])).tail(1) for at in range(len(_UNITS))]
    assert pd.concat(then, ignore_index=True).equals(whole) is not leaks


@pytest.mark.parametrize("since", [53, 70, 89])
def test_an_example_follows_from_the_year_before_its_origin(since: int) -> None:
    """Of weeks that are no older, every example from that origin on is the same as of all of them."""
    given = pd.concat([weeks([5 + at % 4 for at in range(90)]), weeks([3] * 20, "Norway", first=60)])
    whole = examples(given, NO_OFFERS)
    part = examples(given[given["week"] >= week(since - AGE_WEEKS)], NO_OFFERS, week(since))
    keyed = [each[each["origin"] >= week(since)].sort_values("example_id", ignore_index=True) for each in (whole, part)]
    assert len(keyed[1]) == len(part) > 0
    assert keyed[0].equals(keyed[1])


def test_a_series_that_comes_back_is_young_again() -> None:
    """Its past before it died is null, and its age counts from then on; it stops at a year."""
    found = origins(pd.concat([weeks([5] * 60), weeks([7] * 3, first=80)]))
    assert list(found["age_weeks"])[-5:] == [52.0, 52.0, 1.0, 2.0, 3.0]
    assert found["units_3"].isna().tolist()[-4:] == [False, True, True, True]
    assert list(found["reason"])[-3:] == [YOUNG] * 3


def test_a_series_that_cannot_be_forecast_is_left_out_and_counted() -> None:
    """Young, dead, or seldom sold; every series of every origin has one reason."""
    sold = weeks([5] * 13 + [0] * 14)
    seldom = weeks([1, 0, 0, 0, 0, 0] * 5, country="Malta")
    found = left_out(pd.concat([sold, seldom], ignore_index=True))
    at = {origin: dict(zip(rows["reason"], rows["series"], strict=True)) for origin, rows in found.groupby("origin")}
    assert at[week(0)] == {YOUNG: 2}
    assert at[week(12)] == {FORECAST: 1, SELDOM: 1}
    assert at[week(24)] == {FORECAST: 1, SELDOM: 1}
    assert at[week(25)] == {DEAD: 1, SELDOM: 1}
    assert at[week(29)] == {SELDOM: 1}


def test_a_discount_counts_once_it_is_announced() -> None:
    """For the weeks in which it runs; the largest of several."""
    runs = {"stock_code": "22633", "starts_on": week(16), "ends_on": week(16)}
    offers = pd.DataFrame(
        [
            {**runs, "announced_on": week(13), "discount": 0.2},
            {**runs, "announced_on": week(15), "discount": 0.3},
            {**runs, "announced_on": week(13), "stock_code": "99999", "discount": 0.9},
        ]
    )
    found = examples(weeks(_UNITS), offers)
    told = {
        (at, row.step): row.discount
        for at in (12, 13, 14, 15)
        for row in found[found["origin"] == week(at)].itertuples()
    }
    assert {key: value for key, value in told.items() if value} == {(13, 3): 0.2, (14, 2): 0.2, (15, 1): 0.3}


def test_no_weeks_make_no_examples() -> None:
    """A offer of a product that was never sold."""
    assert examples(weeks([]), NO_OFFERS).empty
    assert left_out(weeks([])).empty


def test_a_product_of_which_nothing_can_be_forecast_makes_no_examples() -> None:
    """Without a row no column has a type of its own, which Arrow could take for another."""
    for found in (examples(weeks(_UNITS[:5]), NO_OFFERS), examples(weeks(_UNITS), NO_OFFERS, week(99))):
        assert found.empty
        assert set(found.dtypes) == {pd.Series(dtype=object).dtype}


@pytest.mark.parametrize(
    ("monday", "found"),
    [(date(2024, 12, 23), 0), (date(2024, 12, 16), 1), (date(2024, 12, 30), 51), (date(2023, 12, 25), 0)],
)
def test_weeks_to_christmas(monday: date, found: int) -> None:
    """0 in the week of 25 December; then those to the next one."""
    assert weeks_to_christmas(monday) == found
