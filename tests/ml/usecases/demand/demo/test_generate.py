"""Generated invoices: the raw format, drawn around what is expected, with the dirt that is declared."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from ml.usecases.demand.demo.generate import FAULTS, SALES_COLUMNS, generate
from ml.usecases.demand.demo.replay import InvoicesError, read, replay
from ml.usecases.demand.demo.truth import COUNTRIES, PRODUCTS, SHIFT_WEEK, WEEKS, expected_units, monday

pytestmark = pytest.mark.fast


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """All of it."""
    return generate()


def _sold(raw: pd.DataFrame) -> pd.DataFrame:
    """Clean lines of products at a price, with their units and weeks."""
    lines = raw[raw["Quantity"].str.fullmatch(r"\d{1,5}") & raw["StockCode"].str.match(r"\d{5}")]
    lines = lines[pd.to_numeric(lines["UnitPrice"], errors="coerce") > 0]
    days = pd.to_datetime(lines["InvoiceDate"], errors="coerce")
    weeks = (days.dt.normalize() - pd.to_timedelta(days.dt.weekday, unit="D")).dt.date
    return lines.assign(units=lines["Quantity"].astype(int), week=weeks).dropna(subset=["week"])


def test_units_are_those_expected(raw: pd.DataFrame) -> None:
    """Of each steady product in each country, over its life before the shift, within four standard errors and 3 %."""
    sold = _sold(raw)
    before = sold[sold["week"] < SHIFT_WEEK].groupby(["StockCode", "Country"])["units"].sum()
    weeks = [week for week in range(WEEKS) if monday(week) < SHIFT_WEEK]
    for product in (each for each in PRODUCTS if each.sold_ratio == 1):
        for country in COUNTRIES:
            expected = sum(expected_units(product, country, week) for week in weeks)
            assert abs(before[product.code, country] - expected) < 4 * expected**0.5 + 0.03 * expected


def test_demand_is_two_and_a_half_times_as_much_from_one_monday_on(raw: pd.DataFrame) -> None:
    """For good, in every country."""
    sold = _sold(raw).groupby(["Country", "week"])["units"].sum()
    for country in COUNTRIES:
        before = sold[country][SHIFT_WEEK - timedelta(weeks=4) : SHIFT_WEEK - timedelta(weeks=1)].mean()
        after = sold[country][SHIFT_WEEK : SHIFT_WEEK + timedelta(weeks=3)].mean()
        assert 2.0 < after / before < 3.0


def test_an_intermittent_product_is_bought_in_two_weeks_of_five(raw: pd.DataFrame) -> None:
    """In each country by itself."""
    sold = _sold(raw)
    for product in (each for each in PRODUCTS if each.sold_ratio < 1):
        weeks = sold[sold["StockCode"] == product.code].groupby("Country")["week"].nunique() / WEEKS
        assert ((weeks > 0.2) & (weeks < 0.6)).all()


def test_every_kind_of_line_and_of_dirt_is_there(raw: pd.DataFrame) -> None:
    """Services, returns, lines without price or customer, lines that come twice, and each fault."""
    sales = raw[raw["StartsOn"] == ""]
    assert {"POST", "M"} <= set(sales["StockCode"])
    assert sales["InvoiceNo"].str.startswith("C").any()
    assert (sales["UnitPrice"] == "0.00").any()
    assert (sales["CustomerID"] == "").any()
    assert sales.duplicated(list(SALES_COLUMNS)).any()
    for fault in FAULTS:
        assert (sales[fault.column] == fault.value).any()


def test_equal_seeds_give_equal_bytes_in_daily_files(raw: pd.DataFrame, tmp_path: Path) -> None:
    """Two files a week, named by the day; offers weeks before they begin."""
    files = replay(raw, tmp_path / "one")
    sales = [path for path in files if path.parent.name == "sales"]
    assert len(sales) == 2 * WEEKS
    days = [date.fromisoformat(path.stem) for path in sales]
    assert {day.weekday() for day in days} == {1, 6}
    again = replay(generate(), tmp_path / "two")
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in again]
    assert sum(len(pd.read_csv(path)) for path in sales) == (raw["StartsOn"] == "").sum()
    for path in (path for path in files if path.parent.name == "offers"):
        begins = pd.to_datetime(pd.read_csv(path)["StartsOn"]).dt.date
        assert ((begins - date.fromisoformat(path.stem)) == timedelta(days=22)).all()


def test_a_folder_of_daily_files_is_read_whole_and_replayed_as_it_was(raw: pd.DataFrame, tmp_path: Path) -> None:
    """As text, line by line; what is no such file is refused by name."""
    one = [path for path in replay(raw, tmp_path / "one") if path.parent.name == "sales"]
    back = read(tmp_path / "one" / "sales")
    two = replay(back, tmp_path / "two")
    assert [path.name for path in two] == [path.name for path in one]
    assert [path.read_bytes() for path in two] == [path.read_bytes() for path in one]
    (tmp_path / "one" / "sales" / "2025-01-01.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InvoicesError, match=r"2025-01-01\.csv lacks columns \['InvoiceNo'"):
        read(tmp_path / "one" / "sales")
    with pytest.raises(InvoicesError, match=r"has no \*\.csv files"):
        read(tmp_path)
