"""The real files: nothing is lost on the way in, and every line has its kind. They lie beside the checkout."""

import re
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from ml.usecases.demand.demo.replay import read
from ml.usecases.demand.lines import AMOUNT_SQL, KIND_SQL

pytestmark = pytest.mark.long

_FILES = Path(__file__).parents[5] / "shared" / "data" / "online_retail" / "by-day"


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """All of them."""
    if not _FILES.is_dir():
        pytest.skip("the real invoices lie beside the checkout, in ../shared/data/online_retail, and are not there")
    return read(_FILES)


def test_every_line_has_one_kind_and_its_amount(raw: pd.DataFrame) -> None:
    """541,909 lines, which come to 9,747,747.93 pounds; of an invoice 5,268 repeat another line."""
    lines = pd.DataFrame(
        {
            "invoice_no": raw["InvoiceNo"],
            "stock_code": raw["StockCode"],
            "quantity": raw["Quantity"].astype(int),
            "unit_price": raw["UnitPrice"].astype(float),
        }
    )
    with sqlite3.connect(":memory:") as connection:
        connection.create_function("regexp", 2, lambda pattern, text: bool(re.search(pattern, text)))
        lines.to_sql("sales", connection, index=False)
        found = connection.execute(f"SELECT {KIND_SQL} kind, count(*), sum({AMOUNT_SQL}) FROM sales GROUP BY kind")
        kinds = {kind: (count, round(pence)) for kind, count, pence in found}
    assert kinds == {
        "sale": (527_758, 1_027_143_306),
        "return": (8_704, -47_872_418),
        "service": (2_950, -4_496_095),
        "adjustment": (2_497, 0),
    }
    assert sum(pence for _, pence in kinds.values()) == 974_774_793
    assert raw.duplicated().sum() == 5_268
