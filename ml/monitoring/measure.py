"""Task `monitoring` of job `<usecase>-monitoring`: each month against what its model version was trained on.

A month is measured once, and again only when its rows, predictions or outcomes change, or a deadline passes.
One query says which months those are, another fetches their rows; so twenty months take hardly longer than one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import mlflow
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Model, Table
from ml.examples.newest import newest_known, newest_predictions
from ml.monitoring.baseline import expected_of
from ml.monitoring.metric import Metric
from ml.monitoring.month import measure
from ml.monitoring.month_fingerprints import MonthState, Sources, states
from ml.monitoring.rows import MONTH, month_rows
from ml.monitoring.window import Arrival, Expectation, MonthData
from ml.parameters import Common
from ml.problems.finding import Verdict
from ml.records.monitoring import METRICS
from ml.records.predictions import predictions
from ml.records.received import quarantine
from ml.tables import Tables, door, frame_of
from ml.versions.champion import champion_version


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every month that needs it; run by job `<usecase>-monitoring`."""
    task = parameters.common(parameters.of_model("monitoring").parse_args(arguments))
    tables, client = door(), mlflow.MlflowClient()
    live = champion_version(client, task.model_name)
    sources = read_sources(tables, task)
    target = METRICS.full_name(task.catalog, task.use_case.name)
    tables.create(METRICS, target)
    known, done = states(task, sources), measured(tables, target, task.model_name)
    months = plan(known, live, done, task.model.monitoring.labels_due_months)
    expected = {
        version: expected_of(tables, client, task, version)
        for version in sorted({months.versions[state.month] for state in months.stale})
    }
    found = measure_months(task.model, sources, months, expected)
    if found:
        # A month measured again replaces its rows; Delta keeps the earlier versions.
        rows = metric_rows(found, months, expected, task)
        tables.merge(METRICS, target, frame_of(tables.spark, METRICS, rows))
    report(months, found, live)


def read_sources(tables: Tables, task: Common) -> Sources:
    """The tables that monitoring reads, each pinned to its newest version."""
    use_case, model = task.use_case, task.model
    features = model.feature_table
    feed = next((feed for feed in use_case.feeds if feed.silver.name == features.source.name), None)

    def pinned(table: Table) -> DataFrame | None:
        name = table.full_name(task.catalog, use_case.name)
        return tables.read(name, tables.version(name)) if tables.exists(name) else None

    rows = pinned(features.table)
    if rows is None:
        name = features.table.full_name(task.catalog, use_case.name)
        raise LookupError(f"there is no feature table {name}: run the ingest job before monitoring")
    outcomes, scored = pinned(model.outcome.table), pinned(predictions(use_case))
    return Sources(
        features=rows,
        predictions=None
        if scored is None
        else newest_predictions(features, scored.where(F.col("model") == task.model_name)),
        outcomes=None if outcomes is None else newest_known(model.outcome, outcomes),
        quarantine=None if feed is None else pinned(quarantine(feed)),
        has_feed=feed is not None,
    )


def measured(tables: Tables, target: str, model_name: str) -> Mapping[tuple[date, int], str]:
    """The fingerprint at which each month was last measured for the model, by month and version."""
    mine = tables.read(target).where(F.col("model") == model_name)
    rows = mine.groupBy("month", "model_version").agg(F.max_by("fingerprint", "measured_at").alias("at"))
    return {(row["month"], row["model_version"]): row["at"] for row in rows.collect()}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which months there are, which version each is measured for, and which of them must be measured now."""

    known: tuple[MonthState, ...]
    versions: Mapping[date, int]
    fingerprints: Mapping[date, str]
    stale: tuple[MonthState, ...]

    @property
    def newest(self) -> date:
        """The newest month that anything has arrived for."""
        return max((state.month for state in self.known), default=date.min)


def plan(known: Sequence[MonthState], live: int, done: Mapping[tuple[date, int], str], labels_due_months: int) -> Plan:
    """Stale is a month whose measurements are missing, or of other data."""
    newest = max((state.month for state in known), default=date.min)
    versions = {state.month: state.version(live) for state in known}
    fingerprints = {state.month: state.fingerprint(newest, labels_due_months) for state in known}
    stale = [state for state in known if done.get((state.month, versions[state.month])) != fingerprints[state.month]]
    return Plan(known=tuple(known), versions=versions, fingerprints=fingerprints, stale=tuple(stale))


def measure_months(model: Model, sources: Sources, months: Plan, expected: Mapping[int, Expectation]) -> list[Metric]:
    """The metrics of the stale months, month by month."""
    if not months.stale:
        return []
    frame = month_rows(model, sources, {state.month: months.versions[state.month] for state in months.stale})
    of_month = pd.to_datetime(frame[MONTH]).dt.date
    return [
        metric
        for state in months.stale
        for metric in measure(
            _month_data(state, months, frame[of_month == state.month], has_feed=sources.has_feed),
            expected[months.versions[state.month]],
            model,
        )
    ]


def _month_data(state: MonthState, months: Plan, frame: pd.DataFrame, *, has_feed: bool) -> MonthData:
    arrival = Arrival(received=state.received, rejected=state.rejected, duplicates=state.duplicates)
    scored = state.predictions.get(months.versions[state.month])
    return MonthData(
        month=state.month,
        newest_month=months.newest,
        rows=state.features.rows,
        labelled=state.outcomes.rows,
        scored=scored.rows if scored else 0,
        arrival=arrival if has_feed else None,
        frame=frame,
    )


def metric_rows(
    found: Sequence[Metric], months: Plan, expected: Mapping[int, Expectation], task: Common
) -> list[dict[str, object]]:
    """Rows of the `metrics` table."""
    now = datetime.now(UTC)
    return [
        {
            **metric.as_row(),
            "model": task.model_name,
            "reference": expected[metric.model_version].described,
            "fingerprint": months.fingerprints[metric.month],
            "run_id": task.run_id,
            "measured_at": now,
        }
        for metric in found
    ]


def report(months: Plan, found: Sequence[Metric], live: int) -> None:
    """The accounting line: every feature row of the measured months was looked at."""
    counts = {verdict: sum(metric.verdict is verdict for metric in found) for verdict in Verdict}
    rows = sum(state.features.rows for state in months.stale)
    runtime.set_task_value("months_measured", len(months.stale))
    runtime.report(
        task="monitoring",
        rows_in=rows,
        rows_kept=rows,
        rows_quarantined=0,
        months_known=len(months.known),
        months_measured=len(months.stale),
        live_version=live,
        metrics=len(found),
        **{f"metrics_{verdict}": count for verdict, count in counts.items()},
    )
