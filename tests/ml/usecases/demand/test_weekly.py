"""Complete weekly demand of a product: returns, gaps, birth and death."""

from datetime import date

import pytest

from ml.usecases.demand.rules import DEAD_AFTER_WEEKS
from ml.usecases.demand.weekly import complete_weeks, matched, weekly_demand_of
from tests.ml.usecases.demand.made import line, lines, week

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("first_day", "last_day", "weeks"),
    [
        (date(2010, 12, 1), date(2011, 12, 9), (date(2010, 12, 6), date(2011, 11, 28))),
        (date(2024, 1, 1), date(2024, 1, 7), (date(2024, 1, 1), date(2024, 1, 1))),
        (date(2024, 1, 1), date(2024, 1, 6), (date(2024, 1, 1), date(2023, 12, 25))),
    ],
)
def test_a_week_counts_once_all_its_days_have_come(first_day: date, last_day: date, weeks: tuple[date, date]) -> None:
    """From the first Monday that arrived to the last Sunday; none if no week is whole."""
    assert complete_weeks(first_day, last_day) == weeks


def test_a_return_cancels_the_newest_sale_of_its_customer_in_its_week() -> None:
    """As much as was bought; of another customer, country or week, or before the sale, nothing."""
    made = lines(
        line(1, 0, 10),
        line(2, 0, 4),
        line(3, 0, -6, kind="return"),
        line(4, 0, -99, kind="return", customer_id="99999.0"),
        line(5, 0, -1, kind="return", customer_id=None),
        line(6, 1, -3, kind="return"),
        line(7, 1, 5),
        line(8, 0, 2, country="Norway"),
    )
    assert matched(made).to_dict() == {0: 2, 1: 4, 6: 0, 7: 0}
    more = lines(line(1, 0, 10), line(2, 0, -80, kind="return"))
    assert matched(more).to_dict() == {0: 10}


def test_weeks_are_filled_with_nothing_sold_until_a_series_is_dead() -> None:
    """Born with its first sale; the price is that of the newest sale; revenue is that of sales alone."""
    made = lines(line(1, 1, 3), line(2, 1, 1, unit_price=3.5), line(3, 3, 4), line(4, 3, -1))
    found = weekly_demand_of(made, week(0), week(40))
    assert list(found["week"]) == [week(at) for at in range(1, 3 + DEAD_AFTER_WEEKS + 1)]
    assert list(found["units"])[:4] == [4, 0, 3, 0]
    assert list(found["returned_units"])[:4] == [0, 0, 1, 0]
    assert list(found["orders"])[:4] == [2, 0, 1, 0]
    assert list(found["price"])[:4] == [2.75, 2.75, 2.5, 2.5]
    assert found["revenue_pence"].sum() == 750 + 350 + 1000
    assert found["units"].sum() == 7


def test_one_that_is_bought_again_after_a_quarter_begins_anew() -> None:
    """Its dead weeks are not told, which nobody could have known to be a gap; nor is one after the last whole week."""
    made = lines(line(1, 0, 3), line(2, 30, 4), line(3, 32, 9))
    found = weekly_demand_of(made, week(0), week(31))
    alive = [*range(DEAD_AFTER_WEEKS + 1), 30, 31]
    assert list(found["week"]) == [week(at) for at in alive]
    assert {at: units for at, units in zip(alive, found["units"], strict=True) if units} == {0: 3, 30: 4}
    within = weekly_demand_of(lines(line(1, 0, 3), line(2, 14, 4)), week(0), week(14))
    assert list(within["week"]) == [week(at) for at in range(15)]


@pytest.mark.parametrize("since", [2, 9, 20, 31])
def test_a_week_follows_from_the_quarter_before_it(since: int) -> None:
    """Of lines that are no older, every row from that week on is the same as of all of them."""
    sold = [0, 1, 3, 9, 22, 23, 30, 37, 40]
    made = lines(
        *(line(at, at, 3 + at) for at in sold), *(line(100 + at, at, 2, country="Norway") for at in (5, 8, 33))
    )
    whole = weekly_demand_of(made, week(0), week(40))
    part = weekly_demand_of(
        made[made["week"] >= week(since - DEAD_AFTER_WEEKS)], week(since - DEAD_AFTER_WEEKS), week(40)
    )
    same = [each[each["week"] >= week(since)].reset_index(drop=True) for each in (whole, part)]
    assert same[0].equals(same[1])


def test_every_country_is_a_series_of_its_own() -> None:
    """And a product that was only returned is none."""
    made = lines(line(1, 0, 3), line(2, 1, 5, country="Norway"), line(3, 1, -2, country="Malta"))
    found = weekly_demand_of(made, week(0), week(1))
    assert found[["country", "week", "units"]].values.tolist() == [
        ["France", week(0), 3],
        ["France", week(1), 0],
        ["Norway", week(1), 5],
    ]
    assert weekly_demand_of(made[made["kind"] == "return"], week(0), week(1)).empty
