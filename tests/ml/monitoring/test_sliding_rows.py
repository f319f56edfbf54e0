"""The rows of the periods just before are read with those of the period. Real Spark and Delta."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml.monitoring.decide import read_metrics
from ml.monitoring.measure import Plan, measure_periods, measured, metric_rows, plan
from ml.monitoring.period_fingerprints import Sources
from ml.monitoring.rows import see
from ml.monitoring.window import column_names
from ml.parameters import Common
from ml.problems.finding import Verdict
from ml.records.monitoring import METRICS
from ml.tables import Tables, frame_of
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.folder_backend import FolderBackend
from tests.ml.monitoring.made import client_rows, expected
from tests.ml.monitoring.policies import MONTHS

_LIMITS = replace(CREDIT.models[0].monitoring, sliding_periods=2, min_rows=50)
MODEL = replace(CREDIT.models[0], monitoring=_LIMITS)
TASK = Common(use_case=replace(CREDIT, models=(MODEL,)), catalog="prod", run_id="1")
JANUARY, FEBRUARY, MARCH = PERIODS = tuple(date(2025, month, 1) for month in (1, 2, 3))


def _rows() -> pd.DataFrame:
    """100 clients a month; the credit limits of March are two standard deviations higher."""
    rows = client_rows(300).assign(
        client_id=range(300), application_month=[each for each in PERIODS for _ in range(100)]
    )
    return rows.assign(limit_bal=rows["limit_bal"] + 2.0 * (rows["application_month"] == MARCH))


def _sources(spark: SparkSession, rows: pd.DataFrame) -> Sources:
    types = {feature.name: feature.type for feature in MODEL.feature_table.features}
    keys = ["client_id", "application_month"]
    frame = spark.createDataFrame(rows).withColumn("client_id", F.col("client_id").cast("int"))
    features = frame.select(*keys, *(F.col(name).cast(types[name]).alias(name) for name in column_names(MODEL)))
    scored = frame.select(*keys, F.lit(1).alias("model_version"), "probability", F.lit(0).alias("decision"))
    return Sources(
        calendar=MONTHS, features=features, predictions=scored, outcomes=None, quarantine=None, has_feed=False
    )


def _plan(sources: Sources, tables: Tables, sliding_periods: int | None) -> Plan:
    done = measured(tables, "prod.credit_ops.metrics", TASK.model_name)
    seen = see(TASK, sources, {period for period, _ in done})
    return plan(seen.states, 1, done, MONTHS, 1, sliding_periods=sliding_periods)


def test_a_period_and_those_before_it_are_read_and_measured_until_nothing_changes(
    spark: SparkSession, tmp_path: Path
) -> None:
    """A jump in March is told from the months before; a rerun measures nothing; what is no longer declared decides
    nothing.
    """
    tables, before = Tables(spark, FolderBackend(tmp_path)), {1: expected(client_rows(600))}
    tables.create(METRICS, "prod.credit_ops.metrics")

    def measure(sources: Sources, periods: Plan, task: Common = TASK) -> None:
        found = measure_periods(task, sources, see(task, sources, PERIODS), periods, before)
        frame = frame_of(spark, METRICS, metric_rows(found, periods, before, TASK))
        tables.merge(METRICS, "prod.credit_ops.metrics", frame)

    jumped = _sources(spark, _rows())
    periods = _plan(jumped, tables, 2)
    assert [state.period for state in periods.stale] == list(PERIODS)
    measure(jumped, periods)
    assert _plan(jumped, tables, 2).stale == ()
    told = {
        each.period: (each.verdict, each.reference)
        for each in read_metrics(tables, "prod.credit_ops.metrics", TASK.model_name)
        if (each.metric, each.column) == ("sliding_psi", "limit_bal")
    }
    assert told == {
        JANUARY: (Verdict.UNKNOWN, "the 2 months before: 2 without data"),
        FEBRUARY: (Verdict.OK, "the 2 months before: 2025-01 (100 rows); 1 without data"),
        MARCH: (Verdict.BREACH, "the 2 months before: 2025-01 (100 rows), 2025-02 (100 rows)"),
    }
    measure(jumped, _plan(jumped, tables, None), replace(TASK, use_case=CREDIT))
    left = read_metrics(tables, "prod.credit_ops.metrics", TASK.model_name)
    assert {each.period for each in left} == set(PERIODS)
    assert not [each for each in left if each.metric.startswith("sliding_")]
