"""Task `monitoring` of job `<usecase>-monitoring`: compares each period with the training data of its model version.

A period is measured once, and again only when its rows, predictions or outcomes change, or a deadline passes. The
same few queries read all periods, so twenty take hardly longer than one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import mlflow
import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Calendar, Feed, Table
from ml.examples.dataset import PERIOD
from ml.examples.newest import newest_known, newest_predictions
from ml.monitoring.baseline import expected_of
from ml.monitoring.just_before import just_before, periods_before, reference_content
from ml.monitoring.metric import Metric
from ml.monitoring.period_fingerprints import PeriodState, Sources
from ml.monitoring.period_metrics import measure
from ml.monitoring.rows import Seen, period_rows, see
from ml.monitoring.window import Arrival, Expectation, JustBefore, PeriodData
from ml.parameters import Common
from ml.problems.finding import Verdict
from ml.records.ingest import DELIVERIES
from ml.records.monitoring import METRICS
from ml.records.predictions import predictions
from ml.records.received import quarantine
from ml.tables import Tables, door, frame_of
from ml.versions.champion import champion_version


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every period that needs it; run by job `<usecase>-monitoring`."""
    task = parameters.common(parameters.of_model("monitoring").parse_args(arguments))
    tables, client = door(), mlflow.MlflowClient()
    live = champion_version(client, task.model_name)
    sources = read_sources(tables, task)
    target = METRICS.full_name(task.catalog, task.use_case.name)
    tables.create(METRICS, target)
    done, limits = measured(tables, target, task.model_name), task.model.monitoring
    seen = see(task, sources, {period for period, _ in done})
    periods = plan(
        seen.states, live, done, sources.calendar, limits.labels_due_periods, sliding_periods=limits.sliding_periods
    )
    expected = {
        version: expected_of(tables, client, task, version)
        for version in sorted({periods.versions[state.period] for state in periods.stale})
    }
    found = measure_periods(task, sources, seen, periods, expected)
    if found:
        # A period measured again replaces its rows; Delta keeps the earlier versions.
        rows = metric_rows(found, periods, expected, task)
        tables.merge(METRICS, target, frame_of(tables.spark, METRICS, rows))
    report(periods, found, live)


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
        calendar=use_case.judging,
        features=rows,
        predictions=None
        if scored is None
        else newest_predictions(features, scored.where(F.col("model") == task.model_name)),
        outcomes=None if outcomes is None else newest_known(model.outcome, outcomes),
        quarantine=None if feed is None else pinned(quarantine(feed)),
        has_feed=feed is not None,
        unmet=None if feed is None or not feed.expects else unmet_deliveries(tables, task, feed),
    )


def unmet_deliveries(tables: Tables, task: Common, feed: Feed) -> Mapping[date, int]:
    """How many deliveries of the feed did not meet its expectations, by the period of their newest record.

    A delivery without any accepted record counts in the newest period of the feed's deliveries at the time it was
    judged, or on that day if there was none.
    """
    name, calendar = DELIVERIES.full_name(task.catalog, task.use_case.name), task.judging
    if not tables.exists(name):
        return {}
    before = F.max("newest_period").over(Window.partitionBy("feed").orderBy("judged_at"))
    period = F.coalesce("newest_period", before, F.to_date("judged_at")).alias("period")
    mine = tables.read(name).where(F.col("feed") == feed.name).select("verdict", period)
    newest = [row["period"] for row in mine.where(~F.col("verdict").isin("ok", "unknown")).collect()]
    return Counter(calendar.first_day(calendar.number(day)) for day in newest)


def measured(tables: Tables, target: str, model_name: str) -> Mapping[tuple[date, int], str]:
    """The fingerprint at which each period was last measured for the model, by period and version."""
    mine = tables.read(target).where(F.col("model") == model_name)
    rows = mine.groupBy("period", "model_version").agg(F.max_by("fingerprint", "measured_at").alias("at"))
    return {(row["period"], row["model_version"]): row["at"] for row in rows.collect()}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All periods, the version that each is measured for, and the periods to measure now.

    `before`: for each period those of its sliding reference; empty if none is declared.
    """

    known: tuple[PeriodState, ...]
    versions: Mapping[date, int]
    fingerprints: Mapping[date, str]
    stale: tuple[PeriodState, ...]
    overdue: frozenset[date]
    before: Mapping[date, Sequence[PeriodState]]

    @property
    def newest(self) -> date:
        """The newest period with any data."""
        return max((state.period for state in self.known), default=date.min)


def plan(
    known: Sequence[PeriodState],
    live: int,
    done: Mapping[tuple[date, int], str],
    calendar: Calendar,
    due_periods: int,
    *,
    sliding_periods: int | None = None,
) -> Plan:
    """A period is stale if its measurements are missing or from other data; outcomes are due after `due_periods`."""
    before = periods_before(known, calendar, sliding_periods)
    newest = max((state.period for state in known), default=date.min)
    versions = {state.period: state.version(live) for state in known}
    fingerprints = {
        state.period: state.fingerprint(
            newest, calendar, due_periods, reference_content(state.period, before, versions, sliding_periods)
        )
        for state in known
    }
    stale = [state for state in known if done.get((state.period, versions[state.period])) != fingerprints[state.period]]
    overdue = frozenset(state.period for state in known if state.is_overdue(newest, calendar, due_periods))
    return Plan(
        known=tuple(known),
        versions=versions,
        fingerprints=fingerprints,
        stale=tuple(stale),
        overdue=overdue,
        before=before,
    )


def measure_periods(
    task: Common, sources: Sources, seen: Seen, periods: Plan, expected: Mapping[int, Expectation]
) -> list[Metric]:
    """The metrics of the stale periods, period by period; the rows of their sliding references are read with theirs."""
    if not periods.stale:
        return []
    model = task.model
    wanted = {each.period for state in periods.stale for each in (state, *periods.before.get(state.period, ()))}
    versions = {period: periods.versions[period] for period in wanted}
    frame = period_rows(task, sources, seen, versions)
    of_period = pd.to_datetime(frame[PERIOD]).dt.date
    read = {period: frame[of_period == period] for period in wanted}
    return [
        metric
        for state in periods.stale
        for metric in measure(
            _period_data(
                state,
                periods,
                read[state.period],
                just_before(state.period, periods.before, versions, read, model=model, calendar=sources.calendar),
                has_feed=sources.has_feed,
            ),
            expected[periods.versions[state.period]],
            model,
        )
    ]


def _period_data(
    state: PeriodState, periods: Plan, frame: pd.DataFrame, before: JustBefore, *, has_feed: bool
) -> PeriodData:
    arrival = Arrival(received=state.received, rejected=state.rejected, duplicates=state.duplicates, unmet=state.unmet)
    scored = state.predictions.get(periods.versions[state.period])
    return PeriodData(
        period=state.period,
        newest_period=periods.newest,
        overdue=state.period in periods.overdue,
        rows=state.features.rows,
        labelled=state.outcomes.rows,
        scored=scored.rows if scored else 0,
        arrival=arrival if has_feed else None,
        frame=frame,
        before=before,
    )


def metric_rows(
    found: Sequence[Metric], periods: Plan, expected: Mapping[int, Expectation], task: Common
) -> list[dict[str, object]]:
    """Rows of the `metrics` table."""
    now = datetime.now(UTC)
    return [
        {
            **metric.as_row(),
            "model": task.model_name,
            "reference": metric.reference or expected[metric.model_version].described,
            "fingerprint": periods.fingerprints[metric.period],
            "run_id": task.run_id,
            "measured_at": now,
        }
        for metric in found
    ]


def report(periods: Plan, found: Sequence[Metric], live: int) -> None:
    """The accounting line: every feature row of the measured periods was read."""
    counts = {verdict: sum(metric.verdict is verdict for metric in found) for verdict in Verdict}
    rows = sum(state.features.rows for state in periods.stale)
    runtime.set_task_value("periods_measured", len(periods.stale))
    runtime.report(
        task="monitoring",
        rows_in=rows,
        rows_kept=rows,
        rows_quarantined=0,
        periods_known=len(periods.known),
        periods_measured=len(periods.stale),
        live_version=live,
        metrics=len(found),
        **{f"metrics_{verdict}": count for verdict, count in counts.items()},
    )
