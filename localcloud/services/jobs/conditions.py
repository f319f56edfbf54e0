"""Condition tasks: two resolved operands and an operator. Pure."""

from collections.abc import Callable

_NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "GREATER_THAN": lambda left, right: left > right,
    "GREATER_THAN_OR_EQUAL": lambda left, right: left >= right,
    "LESS_THAN": lambda left, right: left < right,
    "LESS_THAN_OR_EQUAL": lambda left, right: left <= right,
}
OPERATORS = ("EQUAL_TO", "NOT_EQUAL", *_NUMERIC)


class ConditionError(ValueError):
    """A condition that cannot be evaluated."""


def decide(operator: str, left: str, right: str) -> bool:
    """Whether the condition holds. Equality compares text (`12.0` is not `12`), the rest compares numbers.

    Raises ConditionError for an unknown operator and for an operand that is no number where one is needed.
    """
    if operator == "EQUAL_TO":
        return left == right
    if operator == "NOT_EQUAL":
        return left != right
    if operator not in _NUMERIC:
        raise ConditionError(f"operator {operator!r} is not one of {', '.join(OPERATORS)}")
    return _NUMERIC[operator](_number(left, operator), _number(right, operator))


def _number(text: str, operator: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConditionError(f"{operator} compares numbers, and {text!r} is none") from None
