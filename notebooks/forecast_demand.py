# Databricks notebook source
# MAGIC %md
# MAGIC # Forecast demand
# MAGIC Forecasts the next four weeks of the best-selling series with the methods of `mlops forecast`, and compares
# MAGIC them with Naive2 in a backtest. It reads one gold table with your rights.
# MAGIC
# MAGIC It imports `ml`, the wheel of your branch: `make branch` uploads it and prints the line that installs it.
# MAGIC Also attach the wheels that the demand jobs install: no runtime contains `statsforecast`.

# COMMAND ----------

dbutils.widgets.text("catalog", "prod", "Catalog that is read")
dbutils.widgets.text("most_series", "12", "Series at most")
dbutils.widgets.text("horizon_weeks", "4", "Weeks ahead")

# COMMAND ----------

from pyspark.sql import functions as F  # noqa: N812

from ml.tables import door
from ml.usecases.demand.derived import WEEKLY_DEMAND
from ml.usecases.demand.rules import SERIES

horizon = int(dbutils.widgets.get("horizon_weeks"))
weeks = door().read(WEEKLY_DEMAND.table.full_name(dbutils.widgets.get("catalog"), "demand"))
sold = weeks.select(F.concat_ws("/", *SERIES).alias("series"), "week", F.col("units").cast("double").alias("units"))
# Still sold in the newest week, with weeks enough for a backtest.
newest = sold.agg(F.max("week")).first()[0]
largest = (
    sold.groupBy("series")
    .agg(F.sum("units").alias("all"), F.max("week").alias("last"), F.count("*").alias("weeks"))
    .where((F.col("last") == F.lit(newest)) & (F.col("weeks") >= 4 * horizon))
    .orderBy(F.desc("all"), "series")
    .limit(int(dbutils.widgets.get("most_series")))
)
history = sold.join(largest.select("series"), "series").toPandas()
print(f"{history['series'].nunique()} series until {newest}, {len(history):,} weeks in all")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Backtest and forecast

# COMMAND ----------

from ml.problems.forecasting.frequency import frequency
from ml.problems.forecasting.outcome import outcome
from ml.problems.forecasting.panel import Columns, panel
from ml.problems.forecasting.spread import fit_on_workers

weekly, columns = frequency("weekly"), Columns(id="series", time="week", target="units")
series = panel(history, columns, weekly, horizon)
# Spark's workers fit the series, so thousands can be forecast.
fits = [fit for _, fit in sorted(fit_on_workers(door().spark, [each.values for each in series], horizon, weekly))]
found = outcome(series, fits, columns, weekly, horizon)
display(found.backtest)

# COMMAND ----------

display(found.forecasts)

# COMMAND ----------

import json

best = found.backtest.iloc[0]
said = {"series": len(series), "forecasts": len(found.forecasts), "best": str(best.iloc[0])}
dbutils.notebook.exit(json.dumps(said))
