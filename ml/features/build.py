"""Task `features` of job `<usecase>-ingest`: silver to the gold feature tables and gold outcomes.

An outcome whose event is unknown (its application was rejected, or has not arrived) waits in
`<outcome table>_quarantine` and moves over once the event is there.
"""

from collections.abc import Sequence
from functools import cache, partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Dimension, FeatureTable, History, Table, unmasked
from ml.features.frames import Reader, feature_rows, require_usable
from ml.features.outcomes import computed_rows, outcome_rows
from ml.parameters import Common
from ml.tables import Tables, door
from ml.tables.system import outcome_quarantine


def main(arguments: Sequence[str] | None = None) -> None:
    """Build features and outcomes; run by job `<usecase>-ingest`."""
    parsed = parameters.with_unmasked_table("features").parse_args(arguments)
    task, tables = parameters.common(parsed), door()
    builds = (partial(build_features, tables, task, parsed.unmasked_table), partial(build_outcomes, tables, task))
    features, outcomes = runtime.side_by_side(lambda build: build(), builds)
    rows_in, rows_kept, rows_quarantined = (sum(each) for each in zip(features, outcomes, strict=True))
    runtime.report(
        task="features",
        rows_in=rows_in,
        rows_kept=rows_kept,
        rows_quarantined=rows_quarantined,
        feature_rows=features[1],
        outcome_rows=outcomes[1],
    )


def build_features(tables: Tables, task: Common, unmasked_table: str | None = None) -> tuple[int, int, int]:
    """Write the feature tables. Returns the rows of silver, of the model's feature table, and of no quarantine.

    With `unmasked_table`, the model's features are written a second time, under that name, without sensitive columns.
    """
    read, declared = reader(tables, task), task.use_case.model.feature_table
    for table in task.use_case.feature_tables:
        copies = (unmasked(table.table, unmasked_table),) if unmasked_table and table == declared else ()
        build_table(tables, task, table, read, copies)
    source, target = (table.full_name(task.catalog, task.use_case.name) for table in (declared.source, declared.table))
    rows_in, rows_kept = tables.counts(source, target)
    return rows_in, rows_kept, 0


def build_table(
    tables: Tables, task: Common, declared: FeatureTable, read: Reader, copies: Sequence[Table] = ()
) -> None:
    """Write one feature table, whole, and the `copies` that hold some of its columns."""
    source, target = (table.full_name(task.catalog, task.use_case.name) for table in (declared.source, declared.table))
    built = feature_rows(declared, tables.read(source), read, task.use_case.calendar)
    with runtime.computed_once(built) as rows:
        require_usable(declared, rows)
        tables.replace(declared.table, target, rows)
        for copy in copies:
            full_name = copy.full_name(task.catalog, task.use_case.name)
            tables.replace(copy, full_name, rows.select(*names(copy)))


def reader(tables: Tables, task: Common) -> Reader:
    """How histories and dimensions are read in this task's catalog. Raises NotFound for one that is not optional."""

    @cache
    def read(other: History | Dimension) -> DataFrame | None:
        full_name = other.table.full_name(task.catalog, other.use_case or task.use_case.name)
        if other.optional and not tables.exists(full_name):
            return None
        rows = tables.read(full_name)
        return None if other.optional and rows.isEmpty() else rows

    return read


def build_outcomes(tables: Tables, task: Common) -> tuple[int, int, int]:
    """Write the outcome table and its quarantine. Returns the rows of silver and of both."""
    outcome, waiting = task.use_case.model.outcome, outcome_quarantine(task.use_case)
    target, rejects = (table.full_name(task.catalog, task.use_case.name) for table in (outcome.table, waiting))
    source = outcome.source.full_name(task.catalog, outcome.use_case or task.use_case.name)
    usable = F.col("_reason").isNull()
    with runtime.computed_once(outcomes_of(tables, task, tables.read(source))) as rows:
        tables.replace(outcome.table, target, rows.where(usable).select(*names(outcome.table)))
        if outcome.later:
            # No row is refused, and rows are of events, not of the source.
            kept = tables.counts(target)[0]
            return kept, kept, 0
        tables.replace(waiting, rejects, rows.where(~usable).select(*names(waiting)))
    rows_in, rows_kept, rows_quarantined = tables.counts(source, target, rejects)
    return rows_in, rows_kept, rows_quarantined


def outcomes_of(tables: Tables, task: Common, source: DataFrame) -> DataFrame:
    """Every outcome with its event, or with the reason why it has none."""
    model = task.use_case.model
    events = tables.read(model.feature_table.source.full_name(task.catalog, task.use_case.name))
    if model.outcome.later:
        return computed_rows(task.use_case, model.outcome.later, events, source)
    return outcome_rows(task.use_case, events, source)


def names(table: Table) -> list[str]:
    """The declared column names."""
    return [column.name for column in table.columns]
