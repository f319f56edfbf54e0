"""Task `maintenance` of job `<usecase>-maintenance`: compacted tables, no more history than declared or needed.

It runs as the principal of ingest, which owns bronze, silver, gold and the accounts of both. Table versions that the
live or the previous model was trained on are kept, whatever is declared; if one of them is already gone, the table is
left alone and the task fails after all others are done.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import mlflow

from ml import parameters, runtime
from ml.declarations import Table, UseCase, unmasked
from ml.parameters import Common
from ml.records.ingest import INGEST_FILES
from ml.records.received import bronze, outcome_quarantine, quarantine, silver
from ml.tables import Tables, door
from ml.tables.upkeep import Kept, VersionGoneError, keep_days, upkeep
from ml.versions.trained import trained_on


def main(arguments: Sequence[str] | None = None) -> None:
    """Maintain every table of the use case that ingest owns; run by job `<usecase>-maintenance`."""
    parsed = parameters.with_unmasked_table("maintenance").parse_args(arguments)
    task = parameters.common(parsed)
    names = [model.full_name(task.catalog, task.use_case.name) for model in task.use_case.models]
    needed = trained_on(mlflow.MlflowClient(), names)
    done, failed = maintain(door(), task, needed, datetime.now(UTC), parsed.unmasked_table)
    runtime.report(
        task="maintenance",
        rows_in=0,
        rows_kept=0,
        rows_quarantined=0,
        tables={kept.table: kept.keep_days for kept in done},
        kept_longer={kept.table: kept.needed_by for kept in done if kept.needed_by},
    )
    if failed:
        raise VersionGoneError("\n".join(failed))


def maintain(
    tables: Tables, task: Common, needed: dict[str, dict[int, str]], now: datetime, unmasked_table: str | None = None
) -> tuple[list[Kept], list[str]]:
    """Maintain each table. Returns each result, and why a table was left alone. `needed`: see `trained_on`."""
    declared = task.use_case.retention.days(task.use_case.calendar, now)
    done, failed = [], []
    for table in owned(task.use_case, unmasked_table):
        name = table.full_name(task.catalog, task.use_case.name)
        if not tables.exists(name):
            continue
        try:
            kept = keep_days(tables, name, declared, needed.get(name, {}), now)
        except VersionGoneError as error:
            failed.append(str(error))
            continue
        upkeep(tables, name, kept.keep_days)
        done.append(kept)
    return done, failed


def owned(use_case: UseCase, unmasked_table: str | None) -> Iterator[Table]:
    """The tables that the principal of ingest creates, and so owns."""
    for feed in use_case.feeds:
        yield from (bronze(feed), silver(feed), quarantine(feed))
    yield from use_case.computed_tables
    for model in use_case.labelled:
        yield from (model.outcome.table, outcome_quarantine(model.outcome))
    yield INGEST_FILES
    if unmasked_table:
        yield unmasked(use_case.model_tables[0].table, unmasked_table)
