"""When a row that has a prediction is scored again, on small frames."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Feature, Rescore
from ml.examples.newest import newest_predictions
from ml.records.predictions import FEATURES_HASH, predictions
from ml.scoring.frames import features_hash, unscored
from ml.usecases import use_case

CREDIT = use_case("credit")
FEATURES = tuple(
    Feature(name=name, expression=name, type="double", comment=name, null_meaning="none") for name in ("paid", "owed")
)
TABLE = replace(CREDIT.models[0].feature_table, features=FEATURES)
MODEL = replace(CREDIT.models[0], feature_table=TABLE, features=("paid", "owed"), fairness_groups=())
JANUARY = date(2024, 1, 1)
SCHEMA = "client_id long, application_month date, paid double, owed double"


def _features(spark: SparkSession, *, corrected: bool) -> DataFrame:
    rows = [(1, JANUARY, 1000.0 if corrected else 10.0, None), (2, JANUARY, 20.0, 1.0)]
    return spark.createDataFrame(rows, SCHEMA)


def _scored(features: DataFrame, version: int, hour: int) -> DataFrame:
    return features.select(
        "client_id",
        "application_month",
        F.lit("m").alias("model"),
        F.lit(version).alias("model_version"),
        features_hash(MODEL).alias(FEATURES_HASH),
        F.lit(datetime(2024, 2, 1, hour, tzinfo=UTC)).alias("scored_at"),
        F.lit(0.1 * hour).alias("probability"),
    )


@pytest.mark.parametrize(
    ("rescore", "corrected", "version", "expected"),
    [
        (Rescore.NEVER, True, 2, []),
        (Rescore.ON_CHANGE, False, 1, []),
        (Rescore.ON_CHANGE, False, 2, []),
        (Rescore.ON_CHANGE, True, 1, [1]),
        (Rescore.ON_NEW_VERSION, True, 1, []),
        (Rescore.ON_NEW_VERSION, True, 2, [1, 2]),
    ],
)
def test_a_scored_row_is_scored_again(
    spark: SparkSession, rescore: Rescore, corrected: bool, version: int, expected: list[int]
) -> None:
    """Both clients were scored by version 1; then client 1 may be corrected, and version 2 may be live."""
    done = _scored(_features(spark, corrected=False), version=1, hour=1)
    model = replace(MODEL, rescore=rescore)
    found = unscored(model, _features(spark, corrected=corrected), done, version).collect()
    assert sorted(row["client_id"] for row in found) == expected


def test_a_value_that_changes_back_is_scored_again(spark: SparkSession) -> None:
    """The newest prediction is what the row is held against, and it is the one that counts."""
    first, second = _features(spark, corrected=False), _features(spark, corrected=True)
    done = _scored(first, version=1, hour=1).union(_scored(second.where("client_id = 1"), version=1, hour=2))
    model = replace(MODEL, rescore=Rescore.ON_CHANGE)
    assert [row["client_id"] for row in unscored(model, first, done, 1).collect()] == [1]
    newest = newest_predictions(TABLE, done).collect()
    assert {row["client_id"]: row["probability"] for row in newest} == {1: 0.2, 2: 0.1}


def test_nulls_have_a_place_in_the_hash(spark: SparkSession) -> None:
    """The same value in another feature is another row."""
    rows = [(1, JANUARY, 5.0, None), (2, JANUARY, None, 5.0), (3, JANUARY, 5.0, None)]
    hashes = spark.createDataFrame(rows, SCHEMA).select(features_hash(MODEL).alias("h")).collect()
    assert hashes[0]["h"] != hashes[1]["h"]
    assert hashes[0]["h"] == hashes[2]["h"]


def test_only_rescoring_on_change_keeps_more_than_one_prediction_of_a_version() -> None:
    """So the key of the table that is there today stays as it is."""
    plain = predictions(CREDIT)
    again = predictions(replace(CREDIT, models=(replace(CREDIT.models[0], rescore=Rescore.ON_CHANGE),)))
    assert plain.keys == ("client_id", "application_month", "model", "model_version")
    assert again.keys == (*plain.keys, "run_id")
