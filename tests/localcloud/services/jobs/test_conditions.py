"""Condition tasks by table."""

import pytest

from localcloud.services.jobs.conditions import ConditionError, decide


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("EQUAL_TO", "pass", "pass", True),
        ("EQUAL_TO", "12.0", "12", False),
        ("NOT_EQUAL", "pass", "fail", True),
        ("GREATER_THAN", "10", "9", True),
        ("GREATER_THAN", "9", "9", False),
        ("GREATER_THAN_OR_EQUAL", "9.0", "9", True),
        ("LESS_THAN", "-1", "0.5", True),
        ("LESS_THAN_OR_EQUAL", "2", "1", False),
        ("GREATER_THAN", "nan", "0", False),
    ],
)
def test_operator(operator: str, left: str, right: str, expected: bool) -> None:
    """Equality compares text, the other operators compare numbers."""
    assert decide(operator, left, right) is expected


@pytest.mark.parametrize(
    ("operator", "left", "message"),
    [("GREATER_THAN", "many", "GREATER_THAN compares numbers, and 'many' is none"), ("IS", "a", "'IS' is not one of")],
)
def test_undecidable(operator: str, left: str, message: str) -> None:
    """An operand that is no number, or an unknown operator, is an error rather than false."""
    with pytest.raises(ConditionError, match=message):
        decide(operator, left, "1")
