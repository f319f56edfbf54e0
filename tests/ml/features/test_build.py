"""Task `features`: gold features and outcomes from silver."""

import json
from dataclasses import replace
from datetime import date

import pytest
from pyspark.sql import SparkSession

from ml.declarations import Feature
from ml.features import build
from ml.features.frames import NullFeatureError, require_usable
from ml.ingest import bronze, silver
from ml.usecases import use_case
from tests.ml.lake import Lake, application
from tests.ml.small import declare, small

CLIENT_FEATURES = use_case("credit").models[0].feature_table


def _ingest(lake: Lake) -> None:
    lake.run(bronze)
    lake.run(silver)


def test_features_are_what_the_declaration_says(lake: Lake) -> None:
    """Exact values of one client; the event time is the month of application."""
    history = {"PAY_0": 2, "PAY_2": -1, "PAY_3": 1, "BILL_AMT1": 60_000, "BILL_AMT6": 10_000, "PAY_AMT1": 2_500}
    lake.land("applications", "2023-01", application(1, LIMIT_BAL=100_000, AGE=29, **history))
    lake.land("movements", "2022-10", (1, 1000, 2))
    lake.land("movements", "2022-12", (1, 3000, 5), (2, 9, 9))
    lake.land("movements", "2023-01", (1, 7, 31))
    _ingest(lake)
    lake.run(build)
    moved = ("overdrawn_days", "inflow_mean", "overdrawn_before")
    assert lake.rows("gold.client_features", *moved) == [(7.0, 2000.0, 5.0)]
    columns = ("client_id", "application_month", "utilisation_1", "repaid_1", "months_late", "longest_delay")
    assert lake.rows("gold.client_features", *columns) == [(1, date(2023, 1, 1), 0.6, 0.5, 2, 2)]
    more = ("utilisation_trend", "paid_share", "sex", "age_band")
    assert lake.rows("gold.client_features", *more) == [(0.5, 0.075, 2, "under_30")]


def test_outcomes_get_the_month_they_were_for_and_others_wait(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """A label without application, and one known before it, wait with a reason; the account adds up."""
    lake.land("applications", "2023-01", application(1), application(2, AGE=""))
    lake.land("applications", "2023-04", application(3))
    lake.land("labels", "2023-02", (1, 1), (2, 0), (3, 0))
    _ingest(lake)
    lake.run(build)
    assert lake.rows("gold.client_outcomes") == [(1, date(2023, 1, 1), date(2023, 2, 1), 1)]
    assert lake.rows("gold.client_outcomes_quarantine", "client_id", "_reason") == [
        (2, "client_id 2 is not in applications"),
        (3, "client_id 3 has no row of applications 1 to 2 months before known_month 2023-02-01"),
    ]
    assert json.loads(capfd.readouterr().out.splitlines()[-1]) == {
        "task": "features",
        "rows_in": 5,
        "rows_kept": 3,
        "rows_quarantined": 2,
        "feature_rows": 2,
        "outcome_rows": 1,
    }


def test_returning_clients_get_each_their_own_outcome(lake: Lake) -> None:
    """Applications of January and March, their labels a month later, a correction, and one that fits two of them."""
    for month in ("2023-01", "2023-03", "2023-07", "2023-08"):
        lake.land("applications", month, application(1))
    lake.land("labels", "2023-02", (1, 0))
    lake.land("labels", "2023-04", (1, 1))
    lake.land("labels", "2023-05", (1, 0))
    lake.land("labels", "2023-09", (1, 1))
    _ingest(lake)
    lake.run(build)
    assert lake.rows("gold.client_features", "client_id", "application_month") == [
        (1, date(2023, month, 1)) for month in (1, 3, 7, 8)
    ]
    assert lake.rows("gold.client_outcomes") == [
        (1, date(2023, 1, 1), date(2023, 2, 1), 0),
        (1, date(2023, 3, 1), date(2023, 4, 1), 1),
        (1, date(2023, 3, 1), date(2023, 5, 1), 0),
    ]
    assert lake.rows("gold.client_outcomes_quarantine", "known_month", "_reason") == [
        (date(2023, 9, 1), "client_id 1 may belong to 2 rows of applications: it names none"),
    ]


def test_without_the_optional_source_its_features_are_null(lake: Lake) -> None:
    """No movement was ever delivered: the feature table is built all the same."""
    lake.land("applications", "2023-01", application(1))
    _ingest(lake)
    lake.run(build)
    moved = ("overdrawn_days", "inflow_mean", "inflow_trend", "overdrawn_before")
    assert lake.rows("gold.client_features", *moved) == [(None, None, None, None)]


@pytest.mark.slow
def test_a_waiting_outcome_moves_over_when_its_application_arrives(lake: Lake) -> None:
    """And a rerun after that changes no table."""
    lake.land("labels", "2023-02", (1, 1))
    _ingest(lake)
    lake.run(build)
    assert lake.rows("gold.client_outcomes_quarantine", "client_id") == [(1,)]
    lake.land("applications", "2023-01", application(1))
    _ingest(lake)
    lake.run(build)
    assert lake.rows("gold.client_outcomes_quarantine", "client_id") == []
    assert lake.rows("gold.client_outcomes", "client_id", "defaulted") == [(1, 1)]
    before = lake.versions()
    lake.run(build)
    assert lake.versions() == before


@pytest.mark.slow
def test_features_are_kept_a_second_time_without_sensitive_columns(lake: Lake) -> None:
    """Under the name that the job gives: the same rows and values, and neither sex nor age band."""
    lake.land("applications", "2023-01", application(1), application(2))
    _ingest(lake)
    lake.run(build)
    assert not lake.tables.exists("test.credit_gold.plain")
    lake.run(build, unmasked_table="plain")
    columns = lake.tables.read("test.credit_gold.client_features").columns
    kept = [name for name in columns if name not in ("sex", "age_band")]
    assert lake.tables.read("test.credit_gold.plain").columns == kept
    assert lake.rows("gold.plain") == lake.rows("gold.client_features", *kept)
    assert len(lake.rows("gold.plain")) == 2


def test_null_and_infinite_features_fail_by_name(spark: SparkSession) -> None:
    """Unless the declaration says what a null means; an infinite value never passes."""
    table = replace(
        CLIENT_FEATURES,
        features=(
            Feature(name="plain", expression="plain", type="double", comment="May not be null."),
            Feature(name="gap", expression="gap", type="int", comment="May.", null_meaning="no visit yet"),
            Feature(name="ratio", expression="ratio", type="double", comment="Not finite.", null_meaning="no limit"),
        ),
    )
    rows = spark.sql(
        "SELECT * FROM VALUES (1D, 1, 0.5D), (NULL, NULL, NULL), (2D, 3, DOUBLE('Infinity')), (3D, 1, DOUBLE('NaN'))"
        " AS t(plain, gap, ratio)"
    )
    with pytest.raises(NullFeatureError, match=r"null or not finite: 'plain' in 1 row\(s\); 'ratio' in 2 row\(s\)\."):
        require_usable(table, rows)
    require_usable(table, rows.where("plain = 1"))


def test_tables_that_two_models_share_are_built_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A feature table for each, the outcomes of both; every row that is read or kept counts once in the account."""
    narrow = small()
    first = narrow.models[0]
    other = replace(
        first, name="second", serving=None, feature_table=replace(first.feature_table, name="second_features")
    )
    declare(monkeypatch, replace(narrow, models=(first, other)))
    lake.land("applications", "2023-01", application(1), application(2, AGE=50))
    lake.land("labels", "2023-02", (1, 1))
    _ingest(lake)
    capfd.readouterr()
    lake.run(build)
    *built, account = capfd.readouterr().out.splitlines()
    names = [line.partition(":")[0] for line in built if "full build" in line]
    assert sorted(names) == ["client_features", "client_outcomes", "second_features"]
    assert lake.rows("gold.client_features", "client_id", "age") == [(1, 40), (2, 50)]
    assert lake.rows("gold.second_features", "client_id", "age") == [(1, 40), (2, 50)]
    assert lake.rows("gold.client_outcomes", "client_id", "defaulted") == [(1, 1)]
    counted = json.loads(account)
    # Applications are read for each feature table, labels once.
    assert (counted["rows_in"], counted["feature_rows"], counted["outcome_rows"]) == (5, 4, 1)
    assert counted["rows_in"] == counted["rows_kept"] + counted["rows_quarantined"]
