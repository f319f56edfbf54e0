"""Task `scoring` of job `<usecase>-scoring`: the champion's answer for every feature row not yet scored.

A row is scored once, by the version that was live then, unless the model declares when it is scored again (`rescore`).
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import mlflow
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.parameters import Common
from ml.people import Request
from ml.records.predictions import FEATURES_HASH, predictions
from ml.scoring import model_on_workers
from ml.scoring.forgetting import forget
from ml.scoring.frames import unscored
from ml.tables import Tables, door
from ml.tables.upkeep import upkeep
from ml.versions import contract
from ml.versions.answers import require_rows
from ml.versions.champion import champion_version


def main(arguments: Sequence[str] | None = None) -> None:
    """Score new rows; run by job `<usecase>-scoring`."""
    flags = parameters.of_model("scoring")
    flags.add_argument("--source-catalog", type=parameters.name, help="whose gold features; left out: --catalog's")
    flags.add_argument("--features-table", type=parameters.name, help="in gold; left out: the model's declared one")
    flags.add_argument("--forget", default="", help="a person, as SALT:HASH: remove their predictions, and do no more")
    flags.add_argument("--maintain", default="", help="if it says something: keep the predictions in shape, no more")
    parsed = flags.parse_args(arguments)
    task, tables = parameters.common(parsed), door()
    if parsed.forget or parsed.maintain:
        _asked(tables, task, parsed)
        return
    model_name = task.model_name
    version = champion_version(mlflow.MlflowClient(), model_name)
    source = Source(catalog=parsed.source_catalog or task.catalog, table=parsed.features_table)
    rows_in, rows_scored = score(tables, task, model_name, version, source)
    runtime.set_task_value("model_version", version)
    runtime.set_task_value("rows_scored", rows_scored)
    runtime.report(task="scoring", rows_in=rows_in, rows_kept=rows_scored, rows_quarantined=0, model_version=version)


def _asked(tables: Tables, task: Common, given: argparse.Namespace) -> None:
    """What only the owner of the predictions can do; nothing is scored."""
    told: dict[str, object] = {}
    if given.forget:
        told["rows_forgotten"] = forget(tables, task, Request.read(given.forget))
    name = predictions(task.use_case).full_name(task.catalog, task.use_case.name)
    if given.maintain and tables.exists(name):
        told["keep_days"] = task.use_case.retention.days(task.use_case.calendar, datetime.now(UTC))
        upkeep(tables, name, int(str(told["keep_days"])))
    runtime.report(task="scoring", rows_in=0, rows_kept=0, rows_quarantined=0, **told)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the features lie: a catalog, and the name of a table in gold; None for the model's declared one.

    Another table has at least the model's features, its key and its event time.
    """

    catalog: str
    table: str | None = None

    def full_name(self, task: Common) -> str:
        """`catalog.schema.table` of the features."""
        declared = task.model.feature_table.table
        named = replace(declared, name=self.table or declared.name)
        return named.full_name(self.catalog, task.use_case.name)


def score(tables: Tables, task: Common, model_name: str, version: int, source: Source | None = None) -> tuple[int, int]:
    """Append predictions of `version` for new rows. Returns the new rows, and how many predictions were added.

    The features are those of `source` (default: the task's own); predictions always go to the task's own catalog.
    """
    target_table = predictions(task.use_case)
    target = target_table.full_name(task.catalog, task.use_case.name)
    tables.create(target_table, target)
    features = tables.read((source or Source(catalog=task.catalog)).full_name(task))
    mine = tables.read(target).where(F.col("model") == model_name)
    new = unscored(task.model, features, mine, version)
    rows_in = new.count()
    if rows_in == 0:
        return 0, 0
    with runtime.computed_once(predicted(task, new, model_name, version)) as rows:
        require_rows(rows, task.model.problem.output, f"version {version} of {model_name}")
        return rows_in, tables.append(target_table, target, rows).inserted


def predicted(task: Common, rows: DataFrame, model_name: str, version: int) -> DataFrame:
    """One prediction per feature row, made by Spark's workers."""
    model = task.model
    archive = model_on_workers.packed(f"models:/{model_name}/{version}")
    scored = model_on_workers.with_answers(rows, archive, contract.pandas_types(model), model.problem.output)
    return scored.select(
        *model.feature_table.keys,
        model.feature_table.event_time,
        F.lit(version).alias("model_version"),
        F.lit(model_name).alias("model"),
        *(column.name for column in model.problem.output),
        F.lit(task.run_id).alias("run_id"),
        F.lit(datetime.now(UTC)).alias("scored_at"),
        FEATURES_HASH,
    )
