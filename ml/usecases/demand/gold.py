"""Gold tables of demand over Spark: the pure steps of `weekly.py` and `examples.py`, product by product."""

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Derived
from ml.usecases.demand.derived import EXAMPLES, LEFT_OUT, WEEKLY_DEMAND
from ml.usecases.demand.examples import examples, left_out
from ml.usecases.demand.rules import AGE_WEEKS, DEAD_AFTER_WEEKS, FAMILY_CHARACTERS, RETURN, SALE, TOTALS
from ml.usecases.demand.weekly import complete_weeks, weekly_demand_of

_PRODUCT = "stock_code"


def weekly_demand(inputs: Mapping[str, DataFrame], since: date | None) -> DataFrame:
    """Derived table `weekly_demand`; a week follows from the lines of the quarter before it."""
    lines = inputs["sale_lines"]
    days = lines.agg(F.min("sold_on").alias("_first"), F.max("sold_on").alias("_last"))
    read = _later(lines.where(F.col("kind").isin(SALE, RETURN)), since, weeks=DEAD_AFTER_WEEKS)
    products = read.crossJoin(days)

    def of_product(rows: pd.DataFrame) -> pd.DataFrame:
        return weekly_demand_of(rows, *complete_weeks(rows["_first"].iloc[0], rows["_last"].iloc[0]))

    return products.groupBy(_PRODUCT).applyInPandas(of_product, _schema(WEEKLY_DEMAND))


def demand_examples(inputs: Mapping[str, DataFrame], since: date | None) -> DataFrame:
    """Derived table `demand_examples`; an example follows from the year before its origin."""
    weeks, offers = with_totals(_later(inputs["weekly_demand"], since, weeks=AGE_WEEKS)), inputs["offers"]
    cased = offers.withColumn(_PRODUCT, F.upper(F.trim(_PRODUCT)))

    def of_product(rows: pd.DataFrame, offered: pd.DataFrame) -> pd.DataFrame:
        return examples(rows, offered, since)

    products = weeks.groupBy(_PRODUCT).cogroup(cased.groupBy(_PRODUCT))
    return products.applyInPandas(of_product, _schema(EXAMPLES))


def series_left_out(inputs: Mapping[str, DataFrame], since: date | None) -> DataFrame:
    """Derived table `series_left_out`."""
    weeks = with_totals(_later(inputs["weekly_demand"], since, weeks=AGE_WEEKS))
    counted = weeks.groupBy(_PRODUCT).applyInPandas(left_out, _schema(LEFT_OUT))
    return counted.groupBy("origin", "reason").agg(F.sum("series").alias("series"))


def with_totals(weeks: DataFrame) -> DataFrame:
    """`weekly_demand` with what all countries bought of the product, and the country of the family and in total."""
    family: SparkColumn = F.substring(_PRODUCT, 1, FAMILY_CHARACTERS)
    groups = ([F.col(_PRODUCT)], [family, F.col("country")], [F.col("country")])
    totals = {
        name: F.sum("units").over(Window.partitionBy("week", *group))
        for name, group in zip(TOTALS, groups, strict=True)
    }
    return weeks.withColumns(totals)


def _later(frame: DataFrame, since: date | None, *, weeks: int) -> DataFrame:
    """The rows from so many weeks before the day `since` on; all if no day is asked for."""
    return frame if since is None else frame.where(F.col("week") >= F.lit(since - timedelta(weeks=weeks)))


def _schema(declared: Derived) -> str:
    return ", ".join(f"`{column.name}` {column.type}" for column in declared.table.columns)
