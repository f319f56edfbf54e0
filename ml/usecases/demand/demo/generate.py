"""Generated invoices in the raw format, drawn around a known truth (`truth.py`), with the faults of real invoices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.usecases.demand.demo.truth import COUNTRIES, PRODUCTS, WEEKS, Product, expected_units, monday

SALES_COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
OFFER_COLUMNS = ("StartsOn", "EndsOn", "Discount")
SEED = 20_111_209

# The shop writes invoices on two days per week, so that a week has few files; the second day ends it.
_DAYS = (1, 6)
_RETURNED_RATIO, _UNKNOWN_RATIO, _TWICE_RATIO = 0.02, 0.2, 0.005
# Offers are announced on the Sunday three weeks before.
_ANNOUNCED_DAYS = 22


@dataclass(frozen=True)
class Fault:
    """One kind of data fault: `column` gets `value`."""

    column: str
    value: str


# Each goes to quarantine with its reason.
FAULTS = (
    Fault("Quantity", "n/a"),
    Fault("UnitPrice", "free"),
    Fault("StockCode", ""),
    Fault("Quantity", "9999999"),
    Fault("InvoiceDate", "yesterday"),
)


def generate(seed: int = SEED, *, weeks: int = WEEKS) -> pd.DataFrame:
    """Every line of `weeks` weeks as text, in invoice order; then the offers, with `OFFER_COLUMNS`.

    For an offer, `StockCode` is the product and `InvoiceDate` the announcement. Equal seeds give equal rows.
    """
    random = np.random.default_rng(seed)
    lines = [line for week in range(weeks) for line in _week(random, week)]
    frame = _soiled(pd.DataFrame(lines, columns=list(SALES_COLUMNS)).astype(str), random)
    offers = pd.DataFrame(list(_offers(weeks)))
    return pd.concat([frame, offers], ignore_index=True).fillna("")


def _week(random: np.random.Generator, week: int) -> Iterator[tuple[object, ...]]:
    for place, day in enumerate(_DAYS):
        sold_on = monday(week) + timedelta(days=day)
        invoices = _Invoices(first=500_000 + 1_000 * week + 500 * place, day=sold_on)
        for country in COUNTRIES:
            for product in PRODUCTS:
                yield from _sold(random, invoices, product, country, week)
        yield from _besides(random, invoices)


@dataclass
class _Invoices:
    """Numbers the invoices of one day; each is written a minute after the previous one."""

    first: int
    day: date
    count: int = 0

    @property
    def ends_week(self) -> bool:
        """Whether it is the shop's last open day of its week."""
        return self.day.weekday() == _DAYS[-1]

    def next(self) -> tuple[str, str]:
        """Number and time of the next invoice."""
        self.count += 1
        minutes = 8 * 60 + self.count
        return str(self.first + self.count), f"{self.day} {minutes // 60:02d}:{minutes % 60:02d}:00"


def _sold(
    random: np.random.Generator, invoices: _Invoices, product: Product, country: str, week: int
) -> Iterator[tuple[object, ...]]:
    """A country's purchases of a day, in one invoice, and the returns of the same day."""
    expected = expected_units(product, country, week)
    if product.sold_ratio < 1:
        # Bought in few weeks, then in larger amounts.
        buys = invoices.ends_week and random.random() < product.sold_ratio
        units = int(random.poisson(expected)) if buys else 0
    else:
        units = int(random.poisson(expected / len(_DAYS)))
    if not units:
        return
    customer = "" if random.random() < _UNKNOWN_RATIO else f"{12_000 + int(random.integers(400))}.0"
    price = f"{product.price * (1 - product.discount(week)):.2f}"
    number, at = invoices.next()
    line = (number, product.code, product.name, units, at, price, customer, country)
    yield line
    if random.random() < _TWICE_RATIO:
        yield line
    if random.random() < _RETURNED_RATIO and customer:
        number, at = invoices.next()
        back = int(random.integers(1, units + 1))
        yield (f"C{number}", product.code, product.name, -back, at, price, customer, country)


def _besides(random: np.random.Generator, invoices: _Invoices) -> Iterator[tuple[object, ...]]:
    """Lines that are not demand: postage, a manual correction, broken goods, and gifts."""
    home = "United Kingdom"
    some = PRODUCTS[int(random.integers(len(PRODUCTS)))]
    number, at = invoices.next()
    yield (number, "POST", "POSTAGE", 1, at, "18.00", "12345.0", "Germany")
    yield (number, "M", "Manual", 1, at, f"{random.integers(100, 2_000) / 100:.2f}", "", home)
    number, at = invoices.next()
    yield (number, some.code, "damages", -int(random.integers(1, 20)), at, "0.00", "", home)
    yield (number, some.code, "", 1, at, "0.00", "", home)


def _soiled(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """A copy in which one line in five hundred has a fault, cycling through `FAULTS`."""
    dirty = frame.copy()
    chosen = np.sort(random.choice(len(dirty), size=max(len(dirty) // 500, len(FAULTS)), replace=False))
    for turn, at in enumerate(chosen):
        fault = FAULTS[turn % len(FAULTS)]
        dirty.loc[at, fault.column] = fault.value
    return dirty


def _offers(weeks: int) -> Iterator[dict[str, str]]:
    for product in PRODUCTS:
        for week, discount in product.offers:
            if week < weeks:
                first = monday(week)
                yield {
                    "StockCode": product.code,
                    "InvoiceDate": f"{first - timedelta(days=_ANNOUNCED_DAYS)} 12:00:00",
                    "StartsOn": str(first),
                    "EndsOn": str(first + timedelta(days=6)),
                    "Discount": str(discount),
                }
