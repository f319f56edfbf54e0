"""From silver sales to examples over Spark: money to the penny, complete weeks, known outcomes, usable features."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta

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
def test_totals_of_forecasts_are_what_their_series_come_to(tables: dict[str, DataFrame]) -> None:
    """Of the newest origin alone: all series, families, and the products of each, week by week."""
    examples = tables["demand_examples"]
    examples.createOrReplaceGlobalTempView("demand_examples")
    examples.selectExpr("series_step", "origin", "units_0 + step AS forecast").createOrReplaceGlobalTempView(
        "predictions"
    )
    schemas = dict.fromkeys(SCHEMAS, "global_temp")
    found = examples.sparkSession.sql(FORECAST_TOTALS.over(schemas)).toPandas()
    rows = examples.where(F.col("origin") == examples.agg(F.max("origin")).head()[0]).toPandas()
    expected = (rows["units_0"] + rows["step"]).groupby(rows["step"]).sum()
    whole = found[found["family"].isna()].set_index("step")
    families = found[found["family"].notna() & found["stock_code"].isna()]
    products = found[found["stock_code"].notna()]
    assert dict(whole["units"]) == dict(expected)
    assert dict(families.groupby("step")["units"].sum()) == dict(expected)
    by_family = products.groupby(["step", "family"])["units"].sum()
    assert dict(by_family) == dict(families.set_index(["step", "family"])["units"])
    assert products["series"].sum() == len(rows) > len(products) > len(families) > 4
