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
    rows = period_rows(MODEL, _sources(spark), {**earlier, WEEKS[0]: 1, WEEKS[1]: 2})
    weeks = pd.to_datetime(rows[PERIOD]).dt.date
    assert weeks.value_counts().to_dict() == {WEEKS[0]: 1, WEEKS[1]: 2}
    assert sorted(rows["probability"]) == [0.25, 0.5, 0.5]
    assert sorted(rows["label"].dropna()) == [0, 1]
