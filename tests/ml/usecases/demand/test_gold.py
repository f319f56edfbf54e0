"""From silver sales to examples over Spark: money to the penny, complete weeks, known outcomes, usable features."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from localcloud.spark.sessions import new_session
from ml import runtime
from ml.declarations.saved_queries import SCHEMAS
from ml.features.derived import derived_rows
from ml.features.frames import feature_rows, unusable
from ml.features.outcomes import outcome_rows
from ml.problems.together import together_of
from ml.records.predictions import totals as totals_table
from ml.tables import frame_of
from ml.usecases.demand.declaration import MODEL, USE_CASE
from ml.usecases.demand.demo.generate import generate
from ml.usecases.demand.demo.truth import monday
from ml.usecases.demand.queries import FORECAST_TOTALS
from ml.usecases.demand.tables import OFFERS, SALES

_WEEKS = 20
# The first file is of a Tuesday, and the last Sunday's has not come yet.
_WHOLE = (monday(1), monday(_WEEKS - 2))
_TYPES = {column.name: column.type for column in (*SALES.columns, *OFFERS.columns)}


def _silver(spark: SparkSession, raw: pd.DataFrame) -> dict[str, DataFrame]:
    """The clean lines of generated files, typed; but for the last day's file."""
    clean = raw.where(raw["CustomerID"] != "", raw.assign(CustomerID=None)).reset_index(drop=True)
    names = {column.raw_name: column.name for column in (*SALES.columns, *OFFERS.columns)}
    numbers = pd.to_numeric(clean["Quantity"], errors="coerce").between(-100_000, 100_000)
    priced, dated = pd.to_numeric(clean["UnitPrice"], errors="coerce").notna(), clean["InvoiceDate"].str.len() == 19
    coded = clean["StockCode"] != ""
    sales = clean[numbers & priced & dated & coded].rename(columns=names)
    sales = sales.assign(sold_on=sales["invoiced_at"].str.slice(stop=10))
    sales = sales.assign(line=sales.groupby("sold_on").cumcount() + 1)
    sales = sales[sales["sold_on"] < str(monday(_WEEKS) - timedelta(days=1))]
    offers = clean[clean["StartsOn"] != ""].rename(columns=names)
    offers = offers.assign(announced_on=offers["invoiced_at"].str.slice(stop=10))
    return {
        "sales": _typed(spark, sales, [column.name for column in SALES.columns]),
        "offers": _typed(spark, offers, [column.name for column in OFFERS.columns]),
    }


def _typed(spark: SparkSession, frame: pd.DataFrame, names: list[str]) -> DataFrame:
    text = ", ".join(f"{name} string" for name in names)
    rows = [tuple(None if value is None else str(value) for value in row) for row in frame[names].to_numpy()]
    return spark.createDataFrame(rows, text).select(*(F.col(name).cast(_TYPES[name]) for name in names))


@pytest.fixture(scope="module")
def tables(spark_remote: str) -> Iterator[dict[str, DataFrame]]:
    """Silver and every derived table of 20 weeks, by name, computed as the features task does."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as open_views:
        patch.setenv("SPARK_REMOTE", spark_remote)
        spark = runtime.spark()
        found = _silver(spark, generate(weeks=_WEEKS))
        for declared in USE_CASE.derived:
            inputs = {given.table.name: found[given.table.name] for given in declared.inputs}
            rows = open_views.enter_context(derived_rows(spark, declared, inputs))
            found[declared.table.name] = rows.cache()
        yield found


def test_gold_holds_what_silver_holds(tables: dict[str, DataFrame]) -> None:
    """To the penny and to the unit, over all kinds; and each complete week has the revenue of its sales."""
    sales, revenue = tables["sales"].toPandas(), tables["weekly_revenue"].toPandas()
    pence = (sales["quantity"] * sales["unit_price"] * 100).round().astype(int)
    assert revenue["amount_pence"].sum() == pence.sum() > 0
    assert revenue["units"].sum() == sales["quantity"].sum()
    assert revenue["lines"].sum() == len(sales)
    assert set(revenue["kind"]) == {"sale", "return", "service", "adjustment"}
    weeks = tables["weekly_demand"].toPandas()
    whole = revenue[(revenue["kind"] == "sale") & revenue["week"].between(*_WHOLE)]
    assert dict(weeks.groupby("week")["revenue_pence"].sum()) == dict(
        zip(whole["week"], whole["amount_pence"], strict=True)
    )
    assert (weeks["week"].min(), weeks["week"].max()) == _WHOLE
    assert not weeks.duplicated(["stock_code", "country", "week"]).any()
    sold = tables["sale_lines"].where("kind = 'sale'").toPandas()
    kept = sold[sold["week"].between(*_WHOLE)]["quantity"].sum()
    assert weeks["units"].sum() + weeks["returned_units"].sum() == kept
    assert weeks["returned_units"].sum() > 0


@pytest.mark.slow
def test_rows_of_the_newest_weeks_are_the_same_if_only_they_are_computed(
    spark_remote: str, tables: dict[str, DataFrame]
) -> None:
    """Every derived table, from a week on, as the features task asks for it when files of that week arrive."""
    # Its views have the names of those that the other tests read.
    session, first = new_session(spark_remote), monday(_WEEKS - 4)
    held = {name: session.createDataFrame(frame.toArrow()) for name, frame in tables.items()}
    for declared in USE_CASE.derived:
        inputs, since = {each.table.name: held[each.table.name] for each in declared.inputs}, str(declared.since)
        whole = held[declared.table.name].where(F.col(since) >= F.lit(first))
        with derived_rows(session, declared, inputs, since=first) as found:
            part = found.select(*whole.columns)
            assert part.count() == whole.count() > 0, declared.table.name
            assert part.exceptAll(whole).count() == 0, declared.table.name
    session.stop()


def test_every_example_has_usable_features_and_its_own_outcome(tables: dict[str, DataFrame]) -> None:
    """Of the week that it asks for, once that is over; every series of an origin is forecast or left out."""
    features = feature_rows(MODEL.feature_table, tables["demand_examples"], None, USE_CASE.calendar)
    assert unusable(MODEL.feature_table, features) == {}
    outcomes = outcome_rows(MODEL, USE_CASE.calendar, tables["demand_examples"], tables["known_demand"]).toPandas()
    assert outcomes["_reason"].isna().all()
    weeks = tables["weekly_demand"].toPandas().set_index(["stock_code", "country", "week"])["units"]
    for row in outcomes.to_dict("records"):
        product, country, step = row["series_step"].split("|")
        target: date = row["origin"] + timedelta(weeks=int(step))
        assert row["known_from"] == target + timedelta(days=7) <= monday(_WEEKS - 1)
        assert row["demand"] == weeks.get((product, country, target), 0)
    examples, counted = tables["demand_examples"].toPandas(), tables["series_left_out"].toPandas()
    forecast = counted[counted["reason"] == "forecast"].set_index("origin")["series"]
    assert dict(examples.groupby("origin").size()) == dict(forecast * 4)
    assert (
        counted.groupby("origin")["series"].sum().max()
        == tables["weekly_demand"].select("stock_code", "country").distinct().count()
    )
    assert set(examples["discount"]) == {0.0, 0.2, 0.3}


@pytest.mark.slow
def test_totals_are_those_of_products_families_and_all(tables: dict[str, DataFrame]) -> None:
    """Of the newest origin: products add up to their family, families to the total, and series to products."""
    together = together_of(MODEL)
    assert together is not None
    rows = feature_rows(MODEL.feature_table, tables["demand_examples"], None, USE_CASE.calendar).toPandas()
    rows = rows[(rows["origin"] == rows["origin"].max()) & (rows["step"] == 1)]
    totals = together.totals(rows)
    names = totals["stock_code"].str.split("=", expand=True)
    units = totals.assign(level=names[0], group=names[1])
    products, families = (
        units[units["level"] == level].set_index("group")["units_0"] for level in ("product", "family")
    )
    assert dict(products) == dict(rows.groupby("stock_code")["units_0"].sum())
    assert dict(products.groupby(lambda code: code[:2]).sum()) == dict(families)
    assert units[units["level"] == "total"]["units_0"].tolist() == [rows["units_0"].sum()]
    assert len(rows) > len(products) > len(families) > 2
    assert totals["series_step"].tolist() == [f"{name}|1" for name in totals["stock_code"]]


@pytest.mark.slow
def test_the_query_reads_the_newest_origin_the_widest_total_first(tables: dict[str, DataFrame]) -> None:
    """With the number of series and the interval of each."""
    spark, declared = tables["sales"].sparkSession, totals_table(MODEL)
    assert declared is not None
    given = [
        (monday(5), "total", "total", 9.0),
        (monday(6), "product", "22423", 2.0),
        (monday(6), "total", "total", 8.0),
    ]
    rows = [
        {"origin": origin, "level": level, "total": total, "step": 1, "members": 3, "forecast": units}
        | {"lo_80": units - 1, "hi_80": units + 1, "lo_95": 0.0, "hi_95": units + 2, "naive": units, "scale": 1.0}
        | {"chosen": "naive", "model_version": 1, "run_id": "r", "scored_at": datetime(2024, 1, 1, tzinfo=UTC)}
        for origin, level, total, units in given
    ]
    frame_of(spark, declared, rows).createOrReplaceGlobalTempView("weekly_demand_totals")
    found = spark.sql(FORECAST_TOTALS.over(dict.fromkeys(SCHEMAS, "global_temp"))).collect()
    assert [tuple(row) for row in found] == [
        (1, "total", "total", 3, 8.0, 7.0, 9.0),
        (1, "product", "22423", 3, 2.0, 1.0, 3.0),
    ]
