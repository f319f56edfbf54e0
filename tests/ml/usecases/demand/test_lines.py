"""What every line of an invoice is: the declared rules, evaluated as SQL."""

import re
import sqlite3

import pytest

from ml.usecases.demand.lines import AMOUNT_SQL, KIND_SQL, PRODUCT_SQL

pytestmark = pytest.mark.fast


def _kind(invoice_no: str, stock_code: str, quantity: int, unit_price: float) -> tuple[str, str, int]:
    """Product, kind and pence of a line. The expressions are SQL that SQLite reads as Spark does."""
    with sqlite3.connect(":memory:") as connection:
        connection.create_function("regexp", 2, lambda pattern, text: bool(re.search(pattern, text)))
        source = "(SELECT ? invoice_no, ? stock_code, ? quantity, ? unit_price)"
        query = f"SELECT {PRODUCT_SQL}, {KIND_SQL}, {AMOUNT_SQL} FROM {source}"
        product, kind, pence = connection.execute(query, (invoice_no, stock_code, quantity, unit_price)).fetchone()
        return product, kind, int(pence)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (("536365", "85123a", 6, 2.55), ("85123A", "sale", 1530)),
        (("536365", " 85123A ", 6, 0.001), ("85123A", "sale", 1)),
        (("536365", "DCGS0076", 1, 16.63), ("DCGS0076", "sale", 1663)),
        (("C536379", "22633", -1, 27.50), ("22633", "return", -2750)),
        (("536365", "22633", -20, 0.0), ("22633", "adjustment", 0)),
        (("536365", "22633", 1, 0.0), ("22633", "adjustment", 0)),
        (("C536379", "22633", -1, 0.0), ("22633", "adjustment", 0)),
        (("536544", "22633", -3, 2.5), ("22633", "adjustment", -750)),
        (("536370", "POST", 3, 18.00), ("POST", "service", 5400)),
        (("C536379", "D", -1, 27.50), ("D", "service", -2750)),
        (("A563186", "B", 1, -11062.06), ("B", "service", -1106206)),
        (("536544", "m", 1, 1.0), ("M", "service", 100)),
        (("536544", "gift_0001_20", 1, 16.67), ("GIFT_0001_20", "service", 1667)),
        (("C555", "BANK CHARGES", -1, 13.0), ("BANK CHARGES", "service", -1300)),
    ],
)
def test_every_line_has_one_kind(line: tuple[str, str, int, float], found: tuple[str, str, int]) -> None:
    """Codes of services first; then returns; then what has no price or the wrong sign; all else is sold."""
    assert _kind(*line) == found
