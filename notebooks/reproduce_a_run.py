# Databricks notebook source
# MAGIC %md
# MAGIC # Reproduce a production run
# MAGIC Reads the tables as they were when a version was trained, trains again, and evaluates on the same hold-out.
# MAGIC With the same code, at the commit in the version's tag `git_commit`, the measures are the same. Nothing is
# MAGIC registered.
# MAGIC
# MAGIC If columns of a table are masked for you, you cannot read its earlier versions. Then run the notebook as a job
# MAGIC of `dev-<usecase>-training`, which sees these columns, with the version's tags as a parameter: that principal
# MAGIC cannot read production's models.
# MAGIC
# MAGIC It imports `ml`, the wheel of your branch: `make branch` uploads it and prints the line that installs it.

# COMMAND ----------

dbutils.widgets.text("use_case", "health", "Use case")
dbutils.widgets.text("model", "progression", "Model")
dbutils.widgets.text("catalog", "prod", "Catalog of the version")
dbutils.widgets.text("version", "1", "Version")
dbutils.widgets.text("tags", "{}", "Its tags as JSON; {}: they are read")
dbutils.widgets.text("own_catalog", "dev", "Catalog of this workspace")

# COMMAND ----------

import json

import mlflow

from ml.usecases import USE_CASES
from ml.versions.lineage import read_lineage

use_case = USE_CASES[dbutils.widgets.get("use_case")]
model = use_case.model_named(dbutils.widgets.get("model"))
name, version = model.full_name(dbutils.widgets.get("catalog"), use_case.name), dbutils.widgets.get("version")
tags = json.loads(dbutils.widgets.get("tags")) or mlflow.MlflowClient().get_model_version(name, version).tags
lineage = read_lineage(f"{name} {version}", tags)
print(f"{lineage.feature_table} at version {lineage.feature_table_version}")
print(f"{lineage.outcome_table} at version {lineage.outcome_table_version}, known by {lineage.cut_off}")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Train again

# COMMAND ----------

from ml.parameters import Common
from ml.tables import door
from ml.training.reproduction import reproduce

own_catalog = dbutils.widgets.get("own_catalog")
common = Common(use_case=use_case, catalog=own_catalog, run_id="reproduction", named=model.name)
again = reproduce(door(), common, lineage)
print(f"{again.rows:,} rows, of them {again.holdout_rows:,} held out; the code is the run's: {again.same_code}")
display(again.measures)

# COMMAND ----------

found = {"rows": again.rows, "holdout_rows": again.holdout_rows, "same_code": again.same_code}
dbutils.notebook.exit(json.dumps({**found, "measures": again.measures}))
