"""A use case whose files come by the day and whose models are judged by the week: what is counted, and what is read."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, Period
from ml.examples.dataset import PERIOD
from ml.monitoring.passes import largest_by_day
from ml.monitoring.period_fingerprints import FEATURES, Count, Sources
from ml.monitoring.rows import likely, period_rows, see
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
    """A week begins on Monday, whatever year its days are of, and a rejected record counts in its file's week. Weeks
    are the same whether their rows are fetched or, as those of the first week that was measured before, only checked.
    """
    seen, again = (see(TASK, _sources(spark), measured) for measured in ((), WEEKS))
    assert (seen.fetched, again.fetched) == ({*WEEKS[:2], WEEKS[3]}, {WEEKS[1], WEEKS[3]})
    assert again.states == seen.states
    found = seen.states
    assert [state.period for state in found] == WEEKS
    assert [state.features.rows for state in found] == [1, 2, 0, 1]
    assert [state.outcomes.rows for state in found] == [1, 1, 0, 0]
    assert [(state.rejected, state.duplicates) for state in found] == [(0, 0), (1, 1), (0, 0), (0, 0)]
    assert [state.version(9) for state in found] == [1, 2, 9, 9]


def test_rows_are_read_by_week_with_the_version_that_scored_it(spark: SparkSession) -> None:
    """Two rows of the turn of the year are of one week; each brings its answer and its outcome, of many weeks too."""
    earlier = {WEEKS[0] - timedelta(weeks=back): 1 for back in range(1, 200)}
    sources = _sources(spark)
    rows = period_rows(TASK, sources, see(TASK, sources, ()), {**earlier, WEEKS[0]: 1, WEEKS[1]: 2})
    weeks = pd.to_datetime(rows[PERIOD]).dt.date
    assert weeks.value_counts().to_dict() == {WEEKS[0]: 1, WEEKS[1]: 2}
    assert sorted(rows["probability"]) == [0.25, 0.5, 0.5]
    assert sorted(rows["label"].dropna()) == [0, 1]


def test_the_sample_of_a_large_week_is_the_same_however_it_is_read(spark: SparkSession) -> None:
    """The 50 of 1,000 rows whose keys' hashes are smallest, each with its answer and its outcome, in the first query or
    in a second. Rows outside the sample are counted, and only their number changes the week.
    """
    small = replace(MODEL, monitoring=replace(MODEL.monitoring, min_rows=30, max_rows_per_period=50))
    task = replace(TASK, use_case=replace(CASE, models=(small,)))
    keys = spark.range(1000).selectExpr("int(id) as client_id", f"date'{DAYS[1]}' as application_month")
    types = {feature.name: feature.type for feature in MODEL.feature_table.features}
    features = keys.select("*", *(F.lit(None).cast(types[name]).alias(name) for name in column_names(MODEL)))
    sources = replace(
        _sources(spark),
        features=features.withColumn("limit_bal", F.col("client_id").cast("double")),
        predictions=keys.selectExpr(
            "*", "2 as model_version", "double(client_id) / 1000 as probability", "0 as decision"
        ),
        outcomes=keys.selectExpr(
            "bigint(client_id) as client_id",
            "application_month",
            "client_id % 2 as defaulted",
            "date'2025-01-08' as known_month",
        ),
    )
    seen = see(task, sources, ())
    unfetched = replace(seen, fetched=frozenset())
    read = [period_rows(task, sources, each, {WEEKS[1]: 2}) for each in (seen, unfetched)]
    found = [each[["limit_bal", "probability", "label"]].to_numpy().tolist() for each in read]
    key = small.feature_table.table.column("client_id").type
    by_hash = [row[0] for row in keys.orderBy(F.xxhash64(F.col("client_id").cast(key))).collect()]
    assert found[0] == [[each, each / 1000, each % 2] for each in by_hash[:50]]
    assert found[1] == found[0]
    assert (seen.states[0].features.rows, seen.states[0].outcomes.rows) == (1000, 1000)
    assert len(seen.rows[FEATURES]) < 150
    doubled = [
        sources.features.withColumn("limit_bal", F.expr(f"if(client_id = {each}, 2, 1) * limit_bal"))
        for each in (by_hash[-1], by_hash[0] or by_hash[1])
    ]
    unseen, changed = (see(task, replace(sources, features=each), WEEKS) for each in doubled)
    assert unseen.states == seen.states
    assert changed.states != seen.states


@pytest.mark.fast
def test_rows_are_fetched_ahead_of_periods_that_most_likely_changed() -> None:
    """Those never measured, the newest two, and those whose outcomes are due, three periods after, or just overdue."""
    months = [date(2024, month, 1) for month in range(1, 9)]
    counts = [Count(part=FEATURES, period=month, rows=1) for month in months]
    assert likely(counts, months[1:], Calendar(), 3) == {months[0], *months[3:5], *months[6:]}
    assert likely((), (), Calendar(), 3) == set()


@pytest.mark.fast
def test_which_rows_are_read_is_said_by_ranges_of_days() -> None:
    """Periods in a row with one hash are one range, and the newest comes first; days before all periods have none."""
    largest = largest_by_day(dict(zip(WEEKS, (None, None, 7, 7), strict=True)))
    assert largest == "CASE WHEN _day >= DATE'2025-01-06' THEN 7L END"
    largest = largest_by_day(dict(zip(WEEKS, (5, None, 7, -7), strict=True)))
    assert largest == (
        "CASE WHEN _day >= DATE'2025-01-13' THEN -7L WHEN _day >= DATE'2025-01-06' THEN 7L "
        "WHEN _day >= DATE'2024-12-30' THEN NULL WHEN _day >= DATE'2024-12-23' THEN 5L END"
    )
    assert largest_by_day({}) == largest_by_day({WEEKS[0]: None}) == "CAST(NULL AS BIGINT)"
