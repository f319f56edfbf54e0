"""The point-in-time join: the future must not leak into training."""

from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from ml.declarations import Column, Feature, FeatureTable, Layer, Outcome, Table
from ml.examples.training_set import training_set
from ml.usecases import use_case

SOURCE = Table(
    name="visits",
    layer=Layer.SILVER,
    keys=("client_id", "seen_on"),
    owner="ml-engineers",
    comment="One row per client and day.",
    columns=(
        Column(name="client_id", type="bigint", comment="Client."),
        Column(name="seen_on", type="date", comment="Day."),
        Column(name="amount", type="int", comment="Amount."),
    ),
)
ASKED = Table(
    name="asked",
    layer=Layer.SILVER,
    keys=("client_id", "asked_on", "known_on"),
    owner="ml-engineers",
    comment="One row per client, day and report.",
    columns=(
        Column(name="client_id", type="bigint", comment="Client."),
        Column(name="asked_on", type="date", comment="Day."),
        Column(name="known_on", type="date", comment="When it was known."),
        Column(name="bad", type="int", comment="Outcome."),
    ),
)
MODEL = replace(
    use_case("credit").models[0],
    feature_table=FeatureTable(
        name="visit_features",
        source=SOURCE,
        key="client_id",
        event_time="seen_on",
        features=(Feature(name="amount", expression="amount", type="int", comment="Amount."),),
        owner="ml-engineers",
        comment="One row per client and day.",
    ),
    features=("amount",),
    fairness_groups=(),
    outcome=Outcome(
        table=ASKED, source=ASKED, key="client_id", event_time="asked_on", known_from="known_on", label="bad"
    ),
)
FEATURE_SCHEMA = "client_id long, seen_on date, amount int"
OUTCOME_SCHEMA = "client_id long, asked_on date, known_on date, bad int"


def _day(number: int) -> date:
    return date(2024, 1, number)


def _joined(
    spark: SparkSession,
    features: list[tuple[int, date, int]],
    outcomes: list[tuple[int, date, date, int]],
    cut_off: date,
) -> list[tuple[object, ...]]:
    made = training_set(
        MODEL,
        spark.createDataFrame(features, FEATURE_SCHEMA),
        spark.createDataFrame(outcomes, OUTCOME_SCHEMA),
        cut_off,
    )
    assert made.columns == ["client_id", "asked_on", "known_on", "bad", "amount", "_feature_time"]
    return sorted(tuple(row) for row in made.collect())


def test_each_outcome_gets_the_newest_features_that_were_known_then(spark: SparkSession) -> None:
    """Same day counts, a day later does not, other clients' rows never."""
    features = [(1, _day(1), 10), (1, _day(5), 50), (1, _day(6), 60), (2, _day(4), 40)]
    outcomes = [(1, _day(5), _day(9), 1), (1, _day(3), _day(9), 0), (2, _day(9), _day(9), 1)]
    assert _joined(spark, features, outcomes, _day(31)) == [
        (1, _day(3), _day(9), 0, 10, _day(1)),
        (1, _day(5), _day(9), 1, 50, _day(5)),
        (2, _day(9), _day(9), 1, 40, _day(4)),
    ]


def test_a_correction_counts_from_when_it_is_known(spark: SparkSession) -> None:
    """One row per event: the newest outcome known by the cut-off, and before the correction the first one."""
    features = [(1, _day(1), 10)]
    outcomes = [(1, _day(1), _day(9), 0), (1, _day(1), _day(20), 1)]
    assert _joined(spark, features, outcomes, _day(31)) == [(1, _day(1), _day(20), 1, 10, _day(1))]
    assert _joined(spark, features, outcomes, _day(19)) == [(1, _day(1), _day(9), 0, 10, _day(1))]


def test_features_older_than_declared_are_not_joined(spark: SparkSession) -> None:
    """Ten days are not too old where ten are allowed; eleven are, and the event is left out."""
    aged = replace(MODEL, feature_table=replace(MODEL.feature_table, max_age_days=10))
    made = training_set(
        aged,
        spark.createDataFrame([(1, _day(1), 10)], FEATURE_SCHEMA),
        spark.createDataFrame([(1, _day(11), _day(20), 1), (1, _day(12), _day(20), 1)], OUTCOME_SCHEMA),
        _day(31),
    )
    assert [(row["asked_on"], row["amount"]) for row in made.collect()] == [(_day(11), 10)]


def test_outcomes_known_after_the_cut_off_are_left_out(spark: SparkSession) -> None:
    """On the day itself they count."""
    features = [(1, _day(1), 10), (2, _day(1), 20)]
    outcomes = [(1, _day(2), _day(10), 1), (2, _day(2), _day(11), 1)]
    assert _joined(spark, features, outcomes, _day(10)) == [(1, _day(2), _day(10), 1, 10, _day(1))]


def test_outcomes_without_any_features_in_time_are_left_out(spark: SparkSession) -> None:
    """A client first seen after the question was asked has nothing to learn from."""
    assert _joined(spark, [(1, _day(3), 10)], [(1, _day(2), _day(4), 1)], _day(31)) == []


DAYS = st.integers(1, 28)
FEATURES = st.dictionaries(st.tuples(st.integers(1, 3), DAYS), st.integers(0, 99), max_size=12)
OUTCOMES = st.dictionaries(st.tuples(st.integers(1, 3), DAYS), DAYS, max_size=6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(features=FEATURES, outcomes=OUTCOMES, cut_off=DAYS)
def test_no_row_knows_more_than_was_known(
    spark: SparkSession, features: dict[tuple[int, int], int], outcomes: dict[tuple[int, int], int], cut_off: int
) -> None:
    """Against the definition, written out: for any history, exactly the newest value not after the question."""
    expected = []
    for (client, asked), known in outcomes.items():
        in_time = [day for key, day in features if key == client and day <= asked]
        if known <= cut_off and in_time:
            newest = max(in_time)
            expected.append((client, _day(asked), _day(known), 1, features[client, newest], _day(newest)))
    rows = [(client, _day(day), amount) for (client, day), amount in features.items()]
    asked_rows = [(client, _day(asked), _day(known), 1) for (client, asked), known in outcomes.items()]
    assert _joined(spark, rows, asked_rows, _day(cut_off)) == sorted(expected)
