"""An alert's state from its query's result, and whether subscribers are notified. Pure.

After https://docs.databricks.com/api/azure/workspace/alertsv2: the states, and when a notification is sent again.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from statistics import mean, median, stdev
from typing import Any

Rows = Sequence[Mapping[str, str | None]]
Evaluation = Mapping[str, Any]

OK, TRIGGERED, ERROR = "OK", "TRIGGERED", "ERROR"
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQUAL": operator.eq,
    "NOT_EQUAL": operator.ne,
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_OR_EQUAL": operator.ge,
    "LESS_THAN": operator.lt,
    "LESS_THAN_OR_EQUAL": operator.le,
}
_OF_NUMBERS: Mapping[str, Callable[[list[float]], float]] = {
    "AVG": mean,
    "MAX": max,
    "MEDIAN": median,
    "MIN": min,
    "STDDEV": stdev,
    "SUM": sum,
}


class EvaluationError(ValueError):
    """A result that cannot be compared as the alert specifies."""


def state(evaluation: Evaluation, rows: Rows) -> str:
    """OK or TRIGGERED; for no rows, as the alert specifies. Raises EvaluationError for a wrong column or value."""
    if not rows:
        return str(evaluation.get("empty_result_state") or ERROR)
    value = _value(evaluation["source"], rows)
    compared_by = evaluation["comparison_operator"]
    if compared_by in ("IS_NULL", "IS_NOT_NULL"):
        return TRIGGERED if (value is None) == (compared_by == "IS_NULL") else OK
    given = evaluation.get("threshold") or {}
    threshold = _value(given["column"], rows) if given.get("column") else _plain(given.get("value") or {})
    if value is None or threshold is None:
        return OK
    left, right = _alike(value, threshold)
    return TRIGGERED if _COMPARE[compared_by](left, right) else OK


def is_told(evaluation: Evaluation, was: str | None, now: str, *, told_at: datetime | None, at: datetime) -> bool:
    """Whether subscribers are notified: of triggers and failures, again as declared, and of OK if they ask for it."""
    notification = evaluation.get("notification") or {}
    if now == OK:
        return bool(notification.get("notify_on_ok")) and was in (TRIGGERED, ERROR)
    if now != was:
        return True
    again_s = notification.get("retrigger_seconds") or 0
    return again_s > 0 and (told_at is None or (at - told_at).total_seconds() >= again_s)


def _value(source: Mapping[str, Any], rows: Rows) -> Any:
    name, aggregation = source["name"], source.get("aggregation")
    if name not in rows[0]:
        raise EvaluationError(f"the query answers no column {name!r}; it answers {', '.join(rows[0])}")
    values = [row[name] for row in rows]
    if aggregation is None:
        return values[0]
    known = [value for value in values if value is not None]
    if aggregation in ("COUNT", "COUNT_DISTINCT"):
        return len(known if aggregation == "COUNT" else set(known))
    return _OF_NUMBERS[aggregation]([_number(value) for value in known]) if known else None


def _plain(value: Mapping[str, Any]) -> Any:
    return next((held for held in value.values() if held is not None), None)


def _alike(value: Any, threshold: Any) -> tuple[Any, Any]:
    if isinstance(threshold, bool):
        return str(value).lower(), str(threshold).lower()
    if isinstance(threshold, int | float):
        return _number(value), float(threshold)
    return str(value), str(threshold)


def _number(value: Any) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise EvaluationError(f"{value!r} is no number, which its threshold is") from error
