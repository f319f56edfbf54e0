"""The rows that the energy use case forecasts, over Spark: the past site by site, and what is known ahead."""

from collections.abc import Mapping

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.problems.forecasting.origins import Origins
from ml.usecases.energy.declaration import USE_CASE
from ml.usecases.energy.features import EXAMPLES
from ml.usecases.energy.rules import HISTORY, HORIZON, SEASON

# A site is forecast once its whole past is known.
ORIGINS = Origins(
    calendar=USE_CASE.calendar, judging=USE_CASE.judging, history=HISTORY, horizon=HORIZON, least=len(HISTORY)
)
_BEFORE = f"target - INTERVAL {SEASON} HOURS"


def examples(inputs: Mapping[str, DataFrame]) -> DataFrame:
    """Derived table `energy_examples`. A forecast of the weather, or a holiday, counts once it was delivered."""
    types = {column.name: column.type for column in EXAMPLES.table.columns}
    schema = ", ".join(f"`{name}` {types['site' if name == 'series' else name]}" for name in ORIGINS.columns)
    values = inputs["loads"].selectExpr("site AS series", "at", "load_kwh AS value")
    asked = values.groupBy("series").applyInPandas(_rows, schema).withColumnRenamed("series", "site")
    asked = _with_weather(asked, inputs["weather"], "target", "temperature")
    asked = _with_weather(asked, inputs["weather"], _BEFORE, "_temperature_before")
    asked = _with_holiday(asked, inputs["holidays"], "target", "holiday")
    asked = _with_holiday(asked, inputs["holidays"], _BEFORE, "holiday_before")
    known = {
        "warmer": F.col("temperature") - F.col("_temperature_before"),
        "hour": F.hour("target").cast("double"),
        "weekday": F.weekday("target").cast("double"),
    }
    return asked.withColumns(known).select(*types)


def _rows(values: pd.DataFrame) -> pd.DataFrame:
    """Those of one site."""
    return ORIGINS.rows(values)


def _with_weather(asked: DataFrame, weather: DataFrame, at: str, name: str) -> DataFrame:
    """`asked` with the temperature of the hour `at`, as it was forecast by the origin; null if it was not."""
    given = weather.selectExpr("site AS _site", "at AS _at", "delivered AS _delivered", f"temperature_c AS {name}")
    is_known = (
        (F.col("_site") == F.col("site")) & (F.col("_at") == F.expr(at)) & (F.col("_delivered") <= F.col("origin"))
    )
    return asked.join(given, on=is_known, how="left").drop("_site", "_at", "_delivered")


def _with_holiday(asked: DataFrame, holidays: DataFrame, at: str, name: str) -> DataFrame:
    """`asked` with 1 in column `name` if the day of `at` was announced as a holiday by the origin, else 0."""
    given = holidays.selectExpr("day AS _day", "delivered AS _delivered")
    is_known = (F.col("_day") == F.to_date(F.expr(at))) & (F.col("_delivered") <= F.col("origin"))
    found = asked.join(given, on=is_known, how="left")
    return found.withColumn(name, F.col("_day").isNotNull().cast("double")).drop("_day", "_delivered")
