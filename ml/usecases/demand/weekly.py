"""Lines of invoices to complete weekly demand. Pure: pandas in, pandas out; a group is one product."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.usecases.demand.rules import DEAD_AFTER_WEEKS, RETURN, SALE, SERIES

COLUMNS = ("stock_code", "country", "week", "units", "returned_units", "orders", "price", "revenue_pence")
_SERIES, _BUYER = list(SERIES), ["country", "customer_id", "week"]
_WEEK = timedelta(days=7)


def complete_weeks(first_day: date, last_day: date) -> tuple[date, date]:
    """The Mondays of the first and the last whole week between the first and the last day that arrived.

    The last is before the first if there is none.
    """
    return _monday(first_day + timedelta(days=6)), _monday(last_day + timedelta(days=1)) - _WEEK


def weekly_demand_of(lines: pd.DataFrame, first_week: date, last_week: date) -> pd.DataFrame:
    """One row per series (product and country) and whole week in which it lives: `COLUMNS`.

    It lives from a sale until a quarter has passed without one. A row depends only on the lines of that quarter.

    `units`: sold, minus returns in the same week by the same customer. Later returns do not change a week that is over,
    so that a forecaster's past contains only values known then. `price`: paid per unit, in GBP, in the newest week with
    a sale. A week without a sale has 0 units.

    Args:
        lines: sales and returns of whole products, from `sale_lines`.
        first_week: the first whole week.
        last_week: the last one.
    """
    within = lines[(lines["week"] >= first_week) & (lines["week"] <= last_week)]
    sold = within[within["kind"] == SALE]
    if sold.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    weeks = (
        sold.assign(returned=matched(within))
        .groupby([*_SERIES, "week"], as_index=False)
        .agg(
            sold_units=("quantity", "sum"),
            returned_units=("returned", "sum"),
            orders=("invoice_no", "nunique"),
            revenue_pence=("amount_pence", "sum"),
        )
    )
    weeks["price"] = weeks["revenue_pence"] / 100 / weeks["sold_units"]
    weeks["units"] = weeks["sold_units"] - weeks["returned_units"]
    whole = [filled(series, last_week) for _, series in weeks.groupby(_SERIES)]
    return pd.concat(whole, ignore_index=True)[list(COLUMNS)]


def matched(lines: pd.DataFrame) -> "pd.Series[int]":
    """Returned units of each sale, by the sale's index: a return cancels the customer's newest earlier sale.

    Only within the same week, country and product. A return by an unknown customer, and the excess of a return
    over the purchases, cancel nothing.
    """
    returned = dict.fromkeys(lines.index[lines["kind"] == SALE], 0)
    known = lines[lines["customer_id"].notna()]
    back = known[known["kind"] == RETURN].sort_values(["invoiced_at", "line"])
    bought = dict(list(known[known["kind"] == SALE].groupby(["stock_code", *_BUYER])))
    for row in back.to_dict("records"):
        sales = bought.get(tuple(row[name] for name in ("stock_code", *_BUYER)))
        left = -int(row["quantity"])
        if sales is None:
            continue
        before = sales[sales["invoiced_at"] <= row["invoiced_at"]].sort_values(["invoiced_at", "line"], ascending=False)
        for at, quantity in before["quantity"].items():
            taken = min(left, int(quantity) - returned[at])
            returned[at] += taken
            left -= taken
    return pd.Series(returned, dtype="int64")


def filled(series: pd.DataFrame, last_week: date) -> pd.DataFrame:
    """One series without gaps while it lives: from a sale until its end, or until `last_week`."""
    weeks = series.set_index("week").sort_index()
    whole = weeks.reindex(pd.Index(list(_alive(list(weeks.index), last_week)), name="week"))
    for name in ("units", "returned_units", "orders", "revenue_pence"):
        whole[name] = whole[name].fillna(0).astype(np.int64)
    for name in (*_SERIES, "price"):
        whole[name] = whole[name].ffill()
    return whole.reset_index()


def _alive(sold: Sequence[date], last_week: date) -> Iterator[date]:
    """The weeks from each week in `sold` on, in order, until a quarter without a sale has passed."""
    for week, following in zip(sold, [*sold[1:], last_week + _WEEK], strict=True):
        end = min(week + DEAD_AFTER_WEEKS * _WEEK, following - _WEEK)
        yield from (week + passed * _WEEK for passed in range((end - week).days // 7 + 1))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
