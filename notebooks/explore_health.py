# Databricks notebook source
# MAGIC %md
# MAGIC # Explore the health data
# MAGIC Shows which values you may read, and the progression of the disease by body mass index. Tables are read with
# MAGIC your rights: from dev sensitive columns read as null, and bronze and silver are refused.
# MAGIC
# MAGIC It imports `ml`, the wheel of your branch: `make branch` uploads it and prints the line that installs it.

# COMMAND ----------

dbutils.widgets.text("catalog", "prod", "Catalog that is read")
dbutils.widgets.dropdown("layer", "gold", ["gold", "silver", "bronze"], "Layer")
dbutils.widgets.text("table", "visit_features", "Table")

# COMMAND ----------

from ml.declarations import Layer
from ml.tables import door
from ml.usecases import USE_CASES

use_case = USE_CASES["health"]
model = use_case.models[0]
catalog, layer = dbutils.widgets.get("catalog"), Layer(dbutils.widgets.get("layer"))
tables = door()
rows = tables.read(f"{catalog}.{use_case.schema(layer)}.{dbutils.widgets.get('table')}")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Values that you may read
# MAGIC A column without any value is masked for you, or was never measured.

# COMMAND ----------

from pyspark.sql import functions as F  # noqa: N812

counted = rows.agg(F.count("*").alias("_rows"), *(F.count(name).alias(name) for name in rows.columns)).first().asDict()
number = counted.pop("_rows")
empty = [name for name, known in counted.items() if known == 0]
display(rows.describe())
print(f"{number:,} rows; without a value for you: {', '.join(empty) or 'no column'}")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Progression by body mass index
# MAGIC Groups of fewer than ten patients are left out: they are unreliable, and could identify patients.

# COMMAND ----------

features = tables.read(model.feature_table.table.full_name(catalog, use_case.name))
outcomes = tables.read(model.outcome.table.full_name(catalog, use_case.name))
band = F.when(F.col("bmi") < 25, "below 25").when(F.col("bmi") < 30, "25 to 30").otherwise("30 and more")
progression = (
    features.join(outcomes, ["patient_id", "visited_on"])
    .groupBy(band.alias("bmi_kg_per_m2"))
    .agg(F.count("*").alias("patients"), F.round(F.avg("progression"), 1).alias("mean_progression_points"))
    .where("patients >= 10")
    .orderBy("mean_progression_points")
    .toPandas()
)
display(progression)

# COMMAND ----------

import json

found = {"rows": number, "empty": empty, "lowest_to_highest": progression["bmi_kg_per_m2"].tolist()}
dbutils.notebook.exit(json.dumps(found))
