"""Task `publish` of job `<usecase>-ingest`: copy the feature tables that endpoints look up to the online store.

The stack `<env>-ml` creates the online store in the environments that serve the use case; without a store the task
publishes nothing and reports that. Publishing again copies only the changes into the same online table. For endpoints
without a model the task creates a feature specification in Unity Catalog, once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.catalog import PrimaryKeyConstraint, TableConstraint

from ml import parameters, runtime
from ml.declarations import FeatureTable, UseCase
from ml.declarations.serving import online_store, online_table
from ml.features import feature_specs
from ml.features.online_stores import OnlineStores
from ml.features.sync import Pace, wait_for_sync
from ml.parameters import Common
from ml.tables import Tables, door


def main(arguments: Sequence[str] | None = None) -> None:
    """Publish the feature tables for online look-up; run by job `<usecase>-ingest`."""
    task = parameters.parse("publish", arguments)
    tables, workspace = door(), WorkspaceClient()
    found = [publish(tables, workspace, task, table) for table in served_tables(task.use_case)]
    rows, published = sum(count for count, _ in found), [name for _, name in found if name]
    if published:
        for declared in task.use_case.feature_serving:
            feature_specs.ensure(workspace.api_client, task, declared)
    runtime.set_task_value("published", bool(published))
    runtime.report(
        task="publish",
        rows_in=rows,
        rows_kept=rows,
        rows_quarantined=0,
        online_table=", ".join(published),
        skipped="" if published else skipped(task),
    )


def served_tables(use_case: UseCase) -> tuple[FeatureTable, ...]:
    """The feature tables of the models that serve, and of endpoints without a model, each once."""
    serving = [model.feature_table for model in use_case.models if model.serving]
    asked = {declared.table for declared in use_case.feature_serving}
    return tuple(table for table in use_case.feature_tables if table in serving or table.name in asked)


def publish(
    tables: Tables, workspace: WorkspaceClient, task: Common, table: FeatureTable, pace: Pace | None = None
) -> tuple[int, str]:
    """Publish, and wait until the rows can be looked up. Returns the source's rows and the online table's name.

    No rows and no name if there is nothing to publish to. Raises NotSyncedError if the copying fails.
    """
    declared = table.table
    source = declared.full_name(task.catalog, task.use_case.name)
    stores = OnlineStores(workspace.api_client)
    if not stores.exists(online_store(task.catalog)):
        return 0, ""
    ensure_primary_key(workspace, source, table)
    # A feature table that an earlier release made keeps its changes from now on.
    tables.track_changes(source)
    online, asked = online_table(task.catalog, task.use_case.name, declared.name), datetime.now(UTC)
    answer = stores.publish(source, store=online_store(task.catalog), online_table=online)
    if answer.pipeline_id:
        wait_for_sync(workspace, answer.pipeline_id, asked, pace)
    return tables.counts(source)[0], answer.online_table


def ensure_primary_key(workspace: WorkspaceClient, source: str, table: FeatureTable) -> None:
    """Declare the primary key in Unity Catalog, and that the newest row of a key counts: publishing needs both."""
    constraints = workspace.tables.get(source).table_constraints or []
    if any(constraint.primary_key_constraint for constraint in constraints):
        return
    key = PrimaryKeyConstraint(
        name=f"{table.name}_pk",
        child_columns=[*table.keys, table.event_time],
        timeseries_columns=[table.event_time],
    )
    workspace.table_constraints.create(source, TableConstraint(primary_key_constraint=key))


def skipped(task: Common) -> str:
    """Why nothing was published, and the fix."""
    if not served_tables(task.use_case):
        return f"use case {task.use_case.name} declares no serving, so no endpoint looks up its features"
    return f"there is no online store {online_store(task.catalog)!r}: workspaces/<env>.yaml does not serve the use case"
