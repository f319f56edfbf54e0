"""Task `features` of job `<usecase>-ingest`: silver to the gold feature table and the gold outcomes.

An outcome whose event is unknown (its application was rejected, or has not arrived) waits in
`<outcome table>_quarantine` and moves over once the event is there.
"""

from collections.abc import Sequence

from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Table
from ml.features.frames import feature_rows, outcome_rows, require_usable
from ml.parameters import Common
from ml.tables import Tables, door
from ml.tables.system import outcome_quarantine


def main(arguments: Sequence[str] | None = None) -> None:
    """Build features and outcomes; run by job `<usecase>-ingest`."""
    task = parameters.parse("features", arguments)
    tables = door()
    features, outcomes = runtime.side_by_side(lambda build: build(tables, task), (build_features, build_outcomes))
    rows_in, rows_kept, rows_quarantined = (sum(each) for each in zip(features, outcomes, strict=True))
    runtime.report(
        task="features",
        rows_in=rows_in,
        rows_kept=rows_kept,
        rows_quarantined=rows_quarantined,
        feature_rows=features[1],
        outcome_rows=outcomes[1],
    )


def build_features(tables: Tables, task: Common) -> tuple[int, int, int]:
    """Write the feature table. Returns the rows of silver, of the feature table, and of no quarantine."""
    declared = task.use_case.model.feature_table
    source, target = (table.full_name(task.catalog, task.use_case.name) for table in (declared.source, declared.table))
    with runtime.computed_once(feature_rows(declared, tables.read(source))) as rows:
        require_usable(declared, rows)
        tables.replace(declared.table, target, rows)
    rows_in, rows_kept = tables.counts(source, target)
    return rows_in, rows_kept, 0


def build_outcomes(tables: Tables, task: Common) -> tuple[int, int, int]:
    """Write the outcome table and its quarantine. Returns the rows of silver and of both."""
    model, outcome = task.use_case.model, task.use_case.model.outcome
    waiting = outcome_quarantine(task.use_case)
    source, events, target, rejects = (
        table.full_name(task.catalog, task.use_case.name)
        for table in (outcome.source, model.feature_table.source, outcome.table, waiting)
    )
    usable = F.col("_reason").isNull()
    joined = outcome_rows(task.use_case, tables.read(events), tables.read(source))
    with runtime.computed_once(joined) as rows:
        tables.replace(outcome.table, target, rows.where(usable).select(*names(outcome.table)))
        tables.replace(waiting, rejects, rows.where(~usable).select(*names(waiting)))
    rows_in, rows_kept, rows_quarantined = tables.counts(source, target, rejects)
    return rows_in, rows_kept, rows_quarantined


def names(table: Table) -> list[str]:
    """The declared column names."""
    return [column.name for column in table.columns]
