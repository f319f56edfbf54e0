"""What is declared as hidden is what the tables hold."""

from dataclasses import replace

from ml.declarations import RECORD, Hidden, Layer, hidden_columns, hiding_function
from ml.records.received import bronze, outcome_quarantine, quarantine, silver
from ml.usecases.credit.declaration import USE_CASE as CREDIT


def test_every_sensitive_column_of_every_table_is_hidden_with_its_type() -> None:
    """The declaration names tables that `ml.records.received` makes: neither may know one that the other does not."""
    written = [table for feed in CREDIT.feeds for table in (bronze(feed), silver(feed), quarantine(feed))]
    model = CREDIT.models[0]
    written += [model.feature_table.table, model.outcome.table, outcome_quarantine(CREDIT.models[0].outcome)]
    held = {
        Hidden(layer=table.layer, table=table.name, column=column.name, how=column.type)
        for table in written
        for column in table.columns
        if column.sensitive
    }
    hidden = hidden_columns(CREDIT)
    assert {column for column in hidden if column.how != RECORD} == held
    shifted = {(column.layer, column.table, column.column) for column in hidden if column.how == RECORD}
    assert shifted == {
        (Layer.BRONZE, "applications", "_fields"),
        (Layer.SILVER, "applications_quarantine", "_fields"),
    }
    assert all(
        "_fields" in [column.name for column in table.columns]
        for table in written
        if "quarantine" in table.name and table.layer is Layer.SILVER
    )


def test_a_feed_without_sensitive_columns_hides_no_record() -> None:
    """Labels say nothing that is sensitive, so their shifted records stay readable."""
    assert "labels" not in {column.table for column in hidden_columns(CREDIT)}


def test_a_sensitive_outcome_is_hidden_where_it_waits_too() -> None:
    """The outcome table and its quarantine take their columns from the declaration."""
    outcome = CREDIT.models[0].outcome
    columns = tuple(replace(column, sensitive=column.name == "defaulted") for column in outcome.table.columns)
    source = tuple(replace(column, sensitive=column.name == "defaulted") for column in outcome.source.columns)
    changed = replace(
        outcome, table=replace(outcome.table, columns=columns), source=replace(outcome.source, columns=source)
    )
    found = hidden_columns(replace(CREDIT, models=(replace(CREDIT.models[0], outcome=changed),)))
    assert {column.table for column in found if column.column == "defaulted"} == {
        "client_outcomes",
        "client_outcomes_quarantine",
    }


def test_the_function_of_a_way_of_hiding() -> None:
    """One per type, and one for whole records."""
    assert [hiding_function(how) for how in ("int", "string", RECORD)] == [
        "hide_int",
        "hide_string",
        "record_in_place",
    ]
