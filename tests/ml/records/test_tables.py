"""Tables derived from a use case."""

from ml.records.predictions import predictions
from ml.records.received import bronze, outcome_quarantine, quarantine
from ml.usecases import use_case

CREDIT = use_case("credit")
LABELS = CREDIT.feeds[1]


def test_bronze_holds_every_raw_column_as_text_and_its_origin() -> None:
    """The period is the file's, not the record's, so bronze has no column for it."""
    table = bronze(LABELS)
    assert table.full_name("prod", "credit") == "prod.credit_bronze.labels"
    assert {column.name: column.type for column in table.columns} == {
        "client_id": "string",
        "defaulted": "string",
        "_source_file": "string",
        "_source_sha256": "string",
        "_row_number": "bigint",
        "_loaded_at": "timestamp",
        "_fields": "string",
    }
    assert table.keys == ("_source_file", "_source_sha256", "_row_number")


def test_the_quarantine_is_bronze_with_a_reason() -> None:
    """It lies beside silver, under its name."""
    table = quarantine(LABELS)
    assert table.full_name("prod", "credit") == "prod.credit_silver.labels_quarantine"
    assert [column.name for column in table.columns] == [*(c.name for c in bronze(LABELS).columns), "_reason"]


def test_predictions_have_one_row_per_key_event_time_model_and_version() -> None:
    """The use case's own key and event time."""
    table = predictions(CREDIT)
    assert table.full_name("prod", "credit") == "prod.credit_gold.predictions"
    assert table.keys == ("client_id", "application_month", "model", "model_version")


def test_waiting_outcomes_lie_in_gold() -> None:
    """With all columns of their source, so that nothing is lost."""
    table = outcome_quarantine(CREDIT.models[0].outcome)
    assert table.full_name("prod", "credit") == "prod.credit_gold.client_outcomes_quarantine"
    assert [column.name for column in table.columns] == ["client_id", "known_month", "defaulted", "_reason"]
