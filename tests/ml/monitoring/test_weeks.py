"""A use case whose files come by the day and whose models are judged by the week: what is counted, and what is read."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, Period
from ml.examples.dataset import PERIOD
from ml.monitoring.period_fingerprints import Sources, states
from ml.monitoring.rows import period_rows
from ml.monitoring.window import column_names
from ml.parameters import Common
from ml.usecases.credit.declaration import USE_CASE as CREDIT

CASE = replace(CREDIT, calendar=Calendar(period=Period.DAY), judged_by=Period.WEEK)
MODEL = CASE.models[0]
TASK = Common(use_case=CASE, catalog="prod", run_id="1")
# A Sunday, the Monday after it, and the Sunday that ends its week; then a week without anything.
DAYS = (date(2024, 12, 29), date(2024, 12, 30), date(2025, 1, 5), date(2025, 1, 14))
WEEKS = [date(2024, 12, 23), date(2024, 12, 30), date(2025, 1, 6), date(2025, 1, 13)]


def _features(spark: SparkSession) -> DataFrame:
    keys = spark.createDataFrame(list(enumerate(DAYS)), "client_id int, application_month date")
    types = {feature.name: feature.type for feature in MODEL.feature_table.features}
    return keys.select("*", *(F.lit(None).cast(types[name]).alias(name) for name in column_names(MODEL)))


def _sources(spark: SparkSession) -> Sources:
    scored = [(0, DAYS[0], 1, 0.5, 1), (1, DAYS[1], 2, 0.5, 0), (2, DAYS[2], 2, 0.25, 0)]
    outcomes = [(0, DAYS[0], 1, date(2025, 1, 7)), (1, DAYS[1], 0, date(2025, 1, 8))]
    rejected = [("/landing/applications/2025-01-05.csv", "duplicate of another", None)]
    return Sources(
        calendar=CASE.judging,
        features=_features(spark),
        predictions=spark.createDataFrame(
            scored, "client_id int, application_month date, model_version int, probability double, decision int"
        ),
        outcomes=spark.createDataFrame(
            outcomes, "client_id int, application_month date, defaulted int, known_month date"
        ),
        quarantine=spark.createDataFrame(rejected, "_source_file string, _reason string, _loaded_at timestamp"),
    )


def test_weeks_are_counted_with_gaps_and_over_the_turn_of_the_year(spark: SparkSession) -> None:
    """A week begins on Monday, whatever year its days are of, and a rejected record counts in its file's week."""
    found = states(TASK, _sources(spark))
    assert [state.period for state in found] == WEEKS
    assert [state.features.rows for state in found] == [1, 2, 0, 1]
    assert [state.outcomes.rows for state in found] == [1, 1, 0, 0]
    assert [(state.rejected, state.duplicates) for state in found] == [(0, 0), (1, 1), (0, 0), (0, 0)]
    assert [state.version(9) for state in found] == [1, 2, 9, 9]


def test_rows_are_read_by_week_with_the_version_that_scored_it(spark: SparkSession) -> None:
    """Two rows of the turn of the year are of one week; each brings its answer and its outcome, of many weeks too."""
    earlier = {WEEKS[0] - timedelta(weeks=back): 1 for back in range(1, 200)}
    rows = period_rows(MODEL, _sources(spark), {**earlier, WEEKS[0]: 1, WEEKS[1]: 2}, {})
    weeks = pd.to_datetime(rows[PERIOD]).dt.date
    assert weeks.value_counts().to_dict() == {WEEKS[0]: 1, WEEKS[1]: 2}
    assert sorted(rows["probability"]) == [0.25, 0.5, 0.5]
    assert sorted(rows["label"].dropna()) == [0, 1]


def test_the_sample_of_a_large_week_is_the_same_however_it_is_read(spark: SparkSession) -> None:
    """50 of 1,000 rows, each with its answer and its outcome, whether or not the others were left out beforehand."""
    small = replace(MODEL, monitoring=replace(MODEL.monitoring, min_rows=30, max_rows_per_period=50))
    keys = spark.range(1000).selectExpr("int(id) as client_id", f"date'{DAYS[1]}' as application_month")
    types = {feature.name: feature.type for feature in MODEL.feature_table.features}
    features = keys.select("*", *(F.lit(None).cast(types[name]).alias(name) for name in column_names(MODEL)))
    whole = replace(
        _sources(spark),
        features=features.withColumn("limit_bal", F.col("client_id").cast("double")),
        predictions=keys.selectExpr("*", "2 as model_version", "double(client_id) / 1000 as probability"),
        outcomes=keys.selectExpr("bigint(client_id) as client_id", "application_month", "client_id % 2 as defaulted"),
    )
    read = [period_rows(small, whole, {WEEKS[1]: 2}, sizes) for sizes in ({}, {WEEKS[1]: 1000})]
    found = [each.sort_values("limit_bal")[["limit_bal", "probability", "label"]].to_numpy().tolist() for each in read]
    assert found[0] == found[1]
    assert len(found[0]) == 50
    assert all(row[1:] == [row[0] / 1000, row[0] % 2] for row in found[0])
