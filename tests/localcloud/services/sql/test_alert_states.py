"""What an alert makes of an answer, and when its subscribers hear of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud.services.sql.alert_states import EvaluationError, is_told, state

AT = datetime(2026, 1, 2, 10, tzinfo=UTC)
ROWS = [{"n": "2", "word": "late", "flag": "true"}, {"n": "5", "word": None, "flag": "false"}]


def _evaluation(comparison: str, value: Any = None, *, column: str = "n", **more: Any) -> dict[str, Any]:
    kind = {bool: "bool_value", str: "string_value"}.get(type(value), "double_value")
    source = {"name": column, **({"aggregation": more.pop("aggregation")} if "aggregation" in more else {})}
    threshold = {} if value is None else {"threshold": {"value": {kind: value}}}
    return {"source": source, "comparison_operator": comparison, **threshold, **more}


@pytest.mark.parametrize(
    ("evaluation", "found"),
    [
        (_evaluation("GREATER_THAN", 1), "TRIGGERED"),
        (_evaluation("GREATER_THAN", 2), "OK"),
        (_evaluation("GREATER_THAN_OR_EQUAL", 2), "TRIGGERED"),
        (_evaluation("EQUAL", 7, aggregation="SUM"), "TRIGGERED"),
        (_evaluation("LESS_THAN", 3, aggregation="MAX"), "OK"),
        (_evaluation("EQUAL", 1, column="word", aggregation="COUNT"), "TRIGGERED"),
        (_evaluation("EQUAL", "late", column="word"), "TRIGGERED"),
        (_evaluation("EQUAL", True, column="flag"), "TRIGGERED"),
        (_evaluation("IS_NULL", column="word"), "OK"),
        (_evaluation("IS_NOT_NULL", column="word"), "TRIGGERED"),
    ],
)
def test_the_first_row_or_all_of_them_are_compared(evaluation: dict[str, Any], found: str) -> None:
    """Numbers as numbers, texts as texts."""
    assert state(evaluation, ROWS) == found


def test_no_rows_are_what_the_alert_says() -> None:
    """And an error if it says nothing."""
    assert state(_evaluation("EQUAL", 1, empty_result_state="OK"), []) == "OK"
    assert state(_evaluation("EQUAL", 1), []) == "ERROR"


@pytest.mark.parametrize(
    ("evaluation", "said"),
    [
        (_evaluation("EQUAL", 1, column="m"), "no column 'm'; it answers n, word, flag"),
        (_evaluation("EQUAL", 1, column="word"), "'late' is no number"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error(evaluation: dict[str, Any], said: str) -> None:
    """It says why."""
    with pytest.raises(EvaluationError, match=said):
        state(evaluation, ROWS)


@pytest.mark.parametrize(
    ("notification", "was", "now", "told_h_ago", "told"),
    [
        ({}, None, "TRIGGERED", None, True),
        ({}, "TRIGGERED", "TRIGGERED", 24, False),
        ({"retrigger_seconds": 3600}, "TRIGGERED", "TRIGGERED", 24, True),
        ({"retrigger_seconds": 90000}, "TRIGGERED", "TRIGGERED", 24, False),
        ({}, "OK", "ERROR", None, True),
        ({}, "TRIGGERED", "OK", 24, False),
        ({"notify_on_ok": True}, "TRIGGERED", "OK", 24, True),
        ({"notify_on_ok": True}, None, "OK", None, False),
    ],
)
def test_subscribers_hear_of_changes(
    notification: dict[str, Any], was: str | None, now: str, told_h_ago: int | None, told: bool
) -> None:
    """Once, and again as declared."""
    told_at = None if told_h_ago is None else AT - timedelta(hours=told_h_ago)
    assert is_told({"notification": notification}, was, now, told_at=told_at, at=AT) is told
