"""Scoring of a model that answers the rows of an event time together, with their totals.

New rows agree among themselves, with their totals, and with what earlier runs have answered, which stays. The totals of
every event time with a new row are written anew, before the predictions: after a kill in between the rows are still
new, so the rerun writes both.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import StructType

from ml import runtime
from ml.declarations import Model
from ml.examples.newest import newest_predictions
from ml.parameters import Common
from ml.problems.rows_together import KIND, NEW, TOTAL, WRITTEN
from ml.problems.together import Together, together_of
from ml.records.predictions import FEATURES_HASH, predictions, totals
from ml.scoring.frames import features_hash
from ml.scoring.predicting import predicted
from ml.tables import Tables
from ml.versions.answers import require_rows


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`new`: feature rows to score, with `features_hash`; `features`: all rows; `written`: the model's predictions."""

    new: DataFrame
    features: DataFrame
    written: DataFrame


def score_together(tables: Tables, task: Common, asked: Asked, version: int) -> tuple[int, int]:
    """Append predictions of `version` for the new rows, and merge their totals.

    Returns the scored rows without totals, and how many predictions were added.
    """
    model, case = task.model, task.use_case
    together, sums, target = together_of(model), totals(model), predictions(case)
    if together is None or sums is None:
        raise ValueError(f"model {model.name!r} answers each row by itself: score its rows without totals")
    agreed = _agreed(model, together, _answered(task, together, asked, version))
    with runtime.computed_once(agreed) as rows:
        answers, said = model.problem.output, f"version {version} of {task.model_name}"
        new = rows.where(F.col(KIND) == NEW).select(*_predicted_names(model))
        of_totals = rows.where(F.col(KIND) == TOTAL).select(*(column.name for column in sums.columns))
        rows_in = require_rows(new, answers, said)
        require_rows(of_totals, [each for each in answers if each in sums.columns], f"{said}, of totals,")
        tables.merge(sums, sums.full_name(task.catalog, case.name), of_totals)
        return rows_in, tables.append(target, target.full_name(task.catalog, case.name), new).inserted


def _answered(task: Common, together: Together, asked: Asked, version: int) -> DataFrame:
    """A prediction for each row of an event time with a new row, and for each total, with `KIND` and what is needed."""
    model = task.model
    keys = [*model.feature_table.keys, model.feature_table.event_time]
    part = [model.feature_table.event_time, *together.by]
    inputs = list(dict.fromkeys((*keys, *model.features)))
    whole = asked.features.select(*inputs).join(asked.new.select(*part).distinct(), on=part, how="left_semi")

    def of_totals(rows: pd.DataFrame) -> pd.DataFrame:
        return together.totals(rows)

    sums = whole.groupBy(*part).applyInPandas(of_totals, whole.schema)
    rows = asked.new.select(*inputs, F.lit(NEW).alias(KIND)).unionByName(sums.withColumn(KIND, F.lit(TOTAL)))
    hashed = rows.withColumn(FEATURES_HASH, features_hash(model))
    answers = predicted(task, hashed, task.model_name, version).join(_needed(model, rows, together, KIND), on=keys)
    written = asked.written.select(*_predicted_names(model))
    old = newest_predictions(model.feature_table, written, per=()).join(
        asked.new.select(*keys), on=keys, how="left_anti"
    )
    known = old.join(_needed(model, whole, together), on=keys).withColumn(KIND, F.lit(WRITTEN))
    return answers.unionByName(known.select(*answers.columns))


def _needed(model: Model, rows: DataFrame, together: Together, *more: str) -> DataFrame:
    """The keys, and the features that rows are answered together by; a feature that the answer repeats is there."""
    repeated = {column.name for column in model.problem.output}
    needed = [name for name in together.needs if name not in repeated]
    return rows.select(*dict.fromkeys((*model.feature_table.keys, model.feature_table.event_time, *needed, *more)))


def _agreed(model: Model, together: Together, answered: DataFrame) -> DataFrame:
    """New rows and totals with answers that agree."""
    part = [model.feature_table.event_time, *together.by]
    declared = model.problem.totals.columns if model.problem.totals else ()
    more = [column for column in declared if column.name not in answered.columns]
    added: Any = StructType.fromDDL(", ".join(f"`{column.name}` {column.type}" for column in more))
    schema = StructType([*answered.schema.fields, *added.fields])
    names = schema.names

    def agreed(rows: pd.DataFrame) -> pd.DataFrame:
        return together.agreed(rows)[names]

    return answered.groupBy(*part).applyInPandas(agreed, schema)


def _predicted_names(model: Model) -> list[str]:
    """The columns of a prediction of `model`."""
    table = model.feature_table
    told = (*table.keys, table.event_time, "model_version", "model", "run_id", "scored_at", FEATURES_HASH)
    return [*told, *(column.name for column in model.problem.output)]
