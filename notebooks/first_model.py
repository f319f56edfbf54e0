# Databricks notebook source
# MAGIC %md
# MAGIC # A first model
# MAGIC Fits boosted trees to the rows that training would use, compares them with a constant prediction, and logs
# MAGIC both to your group's shared experiment. The newest fifth of the times is held out. Tables are read with your
# MAGIC rights, so masked columns are left out. Nothing is registered: only the job `<usecase>-training` creates
# MAGIC versions.
# MAGIC
# MAGIC It imports `ml`, the wheel of your branch: `make branch` uploads it and prints the line that installs it.

# COMMAND ----------

dbutils.widgets.text("use_case", "health", "Use case")
dbutils.widgets.text("model", "progression", "Model")
dbutils.widgets.text("catalog", "prod", "Catalog that is read")
dbutils.widgets.text("own_catalog", "dev", "Catalog of this workspace")
dbutils.widgets.text("most_rows", "20000", "Rows at most")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Rows
# MAGIC Each known outcome with the newest features from before it. A hash of the keys selects the rows, so that
# MAGIC another run reads the same rows.

# COMMAND ----------

from datetime import date

from ml.examples.dataset import sample
from ml.examples.training_set import training_set
from ml.tables import door, pandas_of
from ml.usecases import USE_CASES

use_case = USE_CASES[dbutils.widgets.get("use_case")]
model = use_case.model_named(dbutils.widgets.get("model"))
catalog, tables = dbutils.widgets.get("catalog"), door()
features = tables.read(model.feature_table.table.full_name(catalog, use_case.name))
outcomes = tables.read(model.outcome.table.full_name(catalog, use_case.name))
joined = training_set(model, features, outcomes, cut_off=date.today())
rows = pandas_of(sample(model, joined, int(dbutils.widgets.get("most_rows"))))
display(rows)

# COMMAND ----------

import pandas as pd

label, time = model.outcome.label, model.outcome.event_time
known = [name for name in model.features if rows[name].notna().any()]
numbers = [name for name in known if pd.api.types.is_numeric_dtype(rows[name])]
texts = [name for name in known if name not in numbers]
times = sorted(rows[time].unique())
since = times[-max(1, round(0.2 * len(times)))]
held_out = rows[time] >= since
fitted, judged = rows[~held_out], rows[held_out]
print(f"{len(fitted):,} rows fitted, {len(judged):,} held out from {since} on; features: {', '.join(known)}")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Model

# COMMAND ----------

import mlflow
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import get_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from ml.declarations import BinaryClassification

classes = isinstance(model.problem, BinaryClassification)
coded = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
inputs = ColumnTransformer([("numbers", "passthrough", numbers), ("texts", coded, texts)])
trees = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
learner = make_pipeline(inputs, trees(random_state=7))
learner.fit(fitted[known], fitted[label])
same = (DummyClassifier() if classes else DummyRegressor()).fit(fitted[known], fitted[label])

# COMMAND ----------

measure = "roc_auc" if classes else "root_mean_squared_error"
scorer = get_scorer(measure if classes else f"neg_{measure}")
found = {
    name: round(abs(float(scorer(each, judged[known], judged[label]))), 4)
    for name, each in (("trees", learner), ("always_the_same", same))
}
mlflow.set_experiment(use_case.experiment(dbutils.widgets.get("own_catalog"), model))
with mlflow.start_run(run_name="first model"):
    mlflow.log_params({"rows": len(fitted), "features": " ".join(known), "held_out_from": str(since)})
    mlflow.log_metrics({f"{measure}_{name}": value for name, value in found.items()})
print(measure, found)

# COMMAND ----------

import json

dbutils.notebook.exit(json.dumps({"measure": measure, "features": known, "held_out": len(judged), **found}))
