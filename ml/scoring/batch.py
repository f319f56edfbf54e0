"""Task `scoring` of job `<usecase>-scoring`: the champion's answer for every feature row not yet scored.

A row is scored once, by the version that was live then, unless the model declares when it is scored again (`rescore`).
A model that declares `streaming` reads only changed rows (`stream`), any other model reads all rows. The new
predictions then go to the model's sinks.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import mlflow
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.parameters import Common
from ml.people import Request
from ml.records.predictions import late_rows, predictions, totals
from ml.scoring.forgetting import forget
from ml.scoring.frames import unscored
from ml.scoring.predicting import predicted
from ml.scoring.stream import Counts, ScoringStream
from ml.scoring.together import Asked, score_together
from ml.sinks import delivery
from ml.sinks.opening import declared_sinks
from ml.streams.checkpoint import Checkpoint
from ml.streams.rounds import rounds
from ml.tables import Tables, door
from ml.tables.upkeep import upkeep
from ml.versions.answers import require_rows
from ml.versions.champion import champion_version


def main(arguments: Sequence[str] | None = None) -> None:
    """Score new rows, and deliver the predictions; run by job `<usecase>-scoring`."""
    flags = parameters.of_model("scoring")
    flags.add_argument("--source-catalog", type=parameters.name, help="catalog of gold; default: --catalog")
    flags.add_argument("--features-table", type=parameters.name, help="table in gold; default: as declared")
    flags.add_argument("--secret-scope", type=parameters.name, help="the scope with the secrets of sinks")
    flags.add_argument("--every-s", type=int, help="repeat without end, starting a round every so many seconds")
    flags.add_argument("--forget", default="", help="a person, as SALT:HASH: only remove their predictions")
    flags.add_argument("--maintain", default="", help="if not empty: only maintain the table of predictions")
    parsed = flags.parse_args(arguments)
    task, tables = parameters.common(parsed), door()
    if parsed.forget or parsed.maintain:
        _asked(tables, task, parsed)
        return
    source = Source(catalog=parsed.source_catalog or task.catalog, table=parsed.features_table)

    def work() -> None:
        _round(tables, task, source, parsed.secret_scope)

    if parsed.every_s:
        rounds(work, parsed.every_s)
    else:
        work()


def _round(tables: Tables, task: Common, source: "Source", secret_scope: str | None) -> None:
    """Score the new rows, then deliver pending predictions to the declared sinks, and account for them."""
    versions, counts = _scored(tables, task, source)
    told: dict[str, object] = {"model_version": versions[-1]}
    if task.model.streaming:
        told |= {"rows_late": counts.late, "batches": len(versions) - 1, "model_versions": sorted(set(versions))}
    sent = _delivered(tables, task, secret_scope)
    runtime.set_task_value("model_version", versions[-1])
    runtime.set_task_value("rows_scored", counts.scored)
    told |= {"rows_sent": sent} if sent else {}
    refused = counts.rows_in - counts.scored
    runtime.report(task="scoring", rows_in=counts.rows_in, rows_kept=counts.scored, rows_quarantined=refused, **told)


def _scored(tables: Tables, task: Common, source: "Source") -> tuple[list[int], Counts]:
    """The version that answered each batch, then the live version; and the rows."""
    client = mlflow.MlflowClient()

    def live() -> int:
        return champion_version(client, task.model_name)

    if task.model.streaming is None:
        version = live()
        rows_in, rows_scored = score(tables, task, task.model_name, version, source)
        return [version], Counts(rows_in=rows_in, scored=rows_scored)
    stream = ScoringStream(
        tables=tables,
        task=task,
        features=source.full_name(task),
        checkpoint=Checkpoint(_checkpoints(tables, task) / "scoring" / task.use_case.label(task.model)),
        live=live,
    )
    counts, versions = stream.run()
    return [*versions, live()], counts


def _delivered(tables: Tables, task: Common, secret_scope: str | None) -> dict[str, int]:
    """How many rows each sink received. Raises `SinksFailedError` after all sinks have been tried."""
    if not task.model.sinks:
        return {}
    return delivery.deliver(tables, task, declared_sinks(tables, task, secret_scope), _checkpoints(tables, task))


def _checkpoints(tables: Tables, task: Common) -> Path:
    return Path(tables.volume_path(f"{task.catalog}.{task.use_case.checkpoints_volume}", write=True))


def _asked(tables: Tables, task: Common, given: argparse.Namespace) -> None:
    """Requests that only the owner of the predictions can serve; nothing is scored."""
    told: dict[str, object] = {}
    if given.forget:
        told["rows_forgotten"] = forget(
            tables, task, Request.read(given.forget), lambda rows: _take_back(tables, task, given.secret_scope, rows)
        )
    sums = [table for table in map(totals, task.use_case.models) if table]
    for table in (predictions(task.use_case), late_rows(task.use_case), *sums) if given.maintain else ():
        name = table.full_name(task.catalog, task.use_case.name)
        if tables.exists(name):
            keep_days = task.use_case.retention.days(task.use_case.calendar, datetime.now(UTC))
            upkeep(tables, name, keep_days)
            told["keep_days"] = keep_days
    runtime.report(task="scoring", rows_in=0, rows_kept=0, rows_quarantined=0, **told)


def _take_back(tables: Tables, task: Common, secret_scope: str | None, rows: DataFrame) -> None:
    """Remove the rows from the sinks of every model of the use case, whose predictions share one table."""
    for model in task.use_case.models:
        mine = replace(task, named=model.name)
        delivery.forget(mine, declared_sinks(tables, mine, secret_scope), rows)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The source of the features: a catalog, and the name of a table in gold; None: the model's declared one.

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
    """Append predictions of `version` for new rows. Returns the scored rows, and how many predictions were added.

    Rows that arrive meanwhile are scored now or next time, and counted where they are scored. The features are those of
    `source` (default: the task's own); predictions always go to the task's own catalog.
    """
    target_table = predictions(task.use_case)
    target = target_table.full_name(task.catalog, task.use_case.name)
    tables.create(target_table, target)
    features = tables.read((source or Source(catalog=task.catalog)).full_name(task))
    mine = tables.read(target).where(F.col("model") == model_name)
    new = unscored(task.model, features, mine, version)
    if new.isEmpty():
        return 0, 0
    if task.model.problem.totals:
        return score_together(tables, task, Asked(new=new, features=features, written=mine), version)
    with runtime.computed_once(predicted(task, new, model_name, version)) as rows:
        rows_in = require_rows(rows, task.model.problem.output, f"version {version} of {model_name}")
        return rows_in, tables.append(target_table, target, rows).inserted
