"""Lines and weeks made up for pure tests. 2024-01-01 is a Monday."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

MONDAY = date(2024, 1, 1)


def week(number: int) -> date:
    """The Monday of a week, counted from 0."""
    return MONDAY + timedelta(weeks=number)


def line(number: int, at: int, quantity: int, **other: Any) -> dict[str, Any]:
    """A line of `sale_lines` of week `at`: a sale, or a return if `quantity` is negative, of one product at 2.50."""
    price = other.get("unit_price", 2.5)
    return {
        "sold_on": week(at),
        "line": number,
        "week": week(at),
        "stock_code": "22633",
        "country": "France",
        "customer_id": "12345.0",
        "invoice_no": str(number),
        "invoiced_at": datetime(2024, 1, 1, 8) + timedelta(weeks=at, minutes=number),
        "quantity": quantity,
        "unit_price": price,
        "amount_pence": round(quantity * price * 100),
        "kind": "sale" if quantity > 0 else "return",
    } | other


def lines(*rows: dict[str, Any]) -> pd.DataFrame:
    """A frame of them."""
    return pd.DataFrame(list(rows))


def weeks(units: list[int], country: str = "France", first: int = 0) -> pd.DataFrame:
    """Rows of `weekly_demand` of one series at 2.50, week after week, whose totals are its own units."""
    return pd.DataFrame(
        {
            "stock_code": "22633",
            "country": country,
            "week": [week(first + at) for at in range(len(units))],
            "units": units,
            "price": 2.5,
            "product_units_0": units,
            "family_units_0": units,
            "country_units_0": units,
        }
    )


NO_OFFERS = pd.DataFrame(columns=["stock_code", "announced_on", "starts_on", "ends_on", "discount"])
