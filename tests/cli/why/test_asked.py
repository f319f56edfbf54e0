"""Which score `--key` and `--time` ask about."""

from dataclasses import replace

import pytest

from cli.errors import CommandError
from cli.why.asked import asked
from ml.declarations import Model
from ml.usecases import use_case

CREDIT = use_case("credit").models[0]


def _composite() -> Model:
    """The credit model over rows that two columns name."""
    return replace(CREDIT, feature_table=replace(CREDIT.feature_table, more_keys=("education",)))


@pytest.mark.parametrize("key", ["29003", "client_id=29003"])
def test_a_key_of_one_column_needs_no_name(key: str) -> None:
    """Its type goes with it, so that no text of it becomes SQL."""
    found = asked(CREDIT, [key], "2025-01-31")
    assert found.is_it == "`client_id` = :client_id"
    assert found.up_to == "`application_month` <= :asked_time"
    assert found.parameters() == {
        "client_id": ("BIGINT", "29003"),
        "asked_time": ("DATE", "2025-01-31"),
    }
    assert found.said == "client_id 29003, up to 2025-01-31"


def test_without_a_time_any_event_counts() -> None:
    """The newest is taken of all."""
    found = asked(CREDIT, ["5"], None)
    assert (found.up_to, found.parameters()) == ("true", {"client_id": ("BIGINT", "5")})


def test_a_key_of_several_columns_names_each() -> None:
    """In any order; they come in that of the table."""
    found = asked(_composite(), ["education=2", "client_id=5"], None)
    assert list(found.key.items()) == [("client_id", "5"), ("education", "2")]
    assert found.is_it == "`client_id` = :client_id and `education` = :education"


@pytest.mark.parametrize(
    "keys",
    [["5"], ["client_id=5"], ["client_id=5", "education="], ["client_id=5", "client_id=6"], ["client_id=5", "x=1"]],
)
def test_a_key_that_names_no_row_is_refused_with_what_names_one(keys: list[str]) -> None:
    """Too few columns, too many, one twice, or one without a value."""
    with pytest.raises(
        CommandError, match="identify a row of client_features by --key client_id=… --key education=…, each once"
    ):
        asked(_composite(), keys, None)


@pytest.mark.parametrize(
    ("key", "time", "message"),
    [
        ("1 or true", None, "--key client_id is '1 or true', and client_id is bigint: write it like 7"),
        ("5", "January", "--time is 'January', and application_month is date: write it like 2025-01-31"),
    ],
)
def test_a_value_that_its_column_cannot_have_is_refused(key: str, time: str | None, message: str) -> None:
    """Before anything is asked."""
    with pytest.raises(CommandError, match=message):
        asked(CREDIT, [key], time)
