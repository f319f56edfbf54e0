"""The generated shop and its truth: the expected units of every product, country and week. Pure."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

# It ends in the same week as the real files, so that both arrive in the same weeks.
FIRST_WEEK, WEEKS = date(2010, 9, 6), 66
# From this Monday on every country buys this many times as much: a second chain of shops has signed.
SHIFT_WEEK, SHIFT_FACTOR = date(2011, 10, 17), 2.5
COUNTRIES = {"United Kingdom": 1.0, "Germany": 0.5, "France": 0.4, "EIRE": 0.3}

_DISCOUNTS = (0.2, 0.3)
_LIFT = 3.0
_SEASON = 0.1


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product.

    Attributes:
        weekly_units: expected in the United Kingdom, in a week of its first year without an offer.
        growth: growth of its demand per year.
        sold_ratio: share of the weeks in which a country buys it at all; below 1 it is intermittent.
        first_week, last_week: the weeks of its life, counted from 0.
        offers: weeks with a discount, each with its size.
    """

    code: str
    name: str
    price: float
    weekly_units: float
    growth: float = 0.0
    sold_ratio: float = 1.0
    first_week: int = 0
    last_week: int = WEEKS - 1
    offers: tuple[tuple[int, float], ...] = ()

    def discount(self, week: int) -> float:
        """The discount in a week, counted from 0."""
        return dict(self.offers).get(week, 0.0)


def _products() -> tuple[Product, ...]:
    steady = [
        Product(
            code=f"{20700 + 37 * number}{'A' if number % 4 == 3 else ''}",
            name=f"LANTERN NO {number + 1}",
            price=round(1.25 + 0.85 * number, 2),
            weekly_units=40.0 + 12.0 * number,
            growth=0.08 * (number % 3 - 1),
            offers=tuple((4 + 3 * (number % 3) + 9 * turn, _DISCOUNTS[(number + turn) % 2]) for turn in range(6)),
        )
        for number in range(11)
    ]
    seldom = [
        Product(
            code=f"{84900 + number}B",
            name=f"HEART GARLAND {number + 1}",
            price=7.95,
            weekly_units=30.0 + 10.0 * number,
            sold_ratio=0.4,
        )
        for number in range(3)
    ]
    born = Product(code="23999", name="NEW LANTERN", price=4.15, weekly_units=70.0, first_week=24)
    died = Product(code="20600", name="OLD LANTERN", price=3.35, weekly_units=60.0, last_week=34)
    return (*steady, *seldom, born, died)


PRODUCTS = _products()


def monday(week: int) -> date:
    """The first day of a week, counted from 0."""
    return FIRST_WEEK + timedelta(weeks=week)


def expected_units(product: Product, country: str, week: int, *, shift_factor: float = SHIFT_FACTOR) -> float:
    """Expected in a week in which the country buys at all; 0 outside the product's life."""
    if not product.first_week <= week <= product.last_week:
        return 0.0
    season = 1 + _SEASON * math.cos(2 * math.pi * (week - 48) / 52)
    lift = 1 + _LIFT * product.discount(week)
    shift = shift_factor if monday(week) >= SHIFT_WEEK else 1.0
    return product.weekly_units * COUNTRIES[country] * (1 + product.growth * week / 52) * season * lift * shift
