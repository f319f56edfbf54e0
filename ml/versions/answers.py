"""Checks of answers against the problem's declaration: no null, no NaN, within bounds, one of the allowed values.

The declared columns define the rules. `require_rows` applies them to a Spark frame, `require_records` to rows from
JSON; `tests/ml/versions/test_answers.py` gives both the same values.
"""

import math
from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column

# It judges answers and creates none.
RETRAINS = False

Answer = Mapping[str, object]

_SHOWN = 3
_ROWS = "_rows"
# JSON carries doubles exactly; a different order of additions changes only the last digits.
_PART = 1e-6


class UnusableAnswersError(ValueError):
    """Answers that do not match the declaration of the model's problem."""


def unusable(column: Column) -> str:
    """The unusable values of `column` in words: "null, no finite number or outside 0..1"."""
    words = [
        "null",
        "not a finite number" if column.type == "double" else f"no {column.type}",
        _bounds(column),
        f"none of {', '.join(map(str, column.allowed))}" if column.allowed else "",
    ]
    known = [word for word in words if word]
    return f"{', '.join(known[:-1])} or {known[-1]}"


def _bounds(column: Column) -> str:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"outside {low:g}..{high:g}"
    if low is not None:
        return f"under {low:g}"
    return "" if high is None else f"over {high:g}"


def require_rows(answers: DataFrame, columns: Sequence[Column], subject: str) -> int:
    """The number of answers. Raises UnusableAnswersError naming each of `columns` with unusable values, and counts."""
    counts = [F.count_if(~_usable(column)).alias(column.name) for column in columns]
    found = answers.agg(*counts, F.count("*").alias(_ROWS)).collect()[0].asDict()
    wrong = [
        f"{found[column.name]} value(s) of {column.name} that are {unusable(column)}"
        for column in columns
        if found[column.name]
    ]
    if wrong:
        raise UnusableAnswersError(
            f"{subject} returned {'; '.join(wrong)}; nothing was written: roll back to the previous version and check "
            "the inputs"
        )
    return int(found[_ROWS])


def _usable(column: Column) -> SparkColumn:
    value = F.col(column.name)
    rules = [value.isNotNull()]
    if column.type == "double":
        rules += [~F.isnan(value), F.abs(value) != math.inf]
    if column.minimum is not None:
        rules.append(value >= column.minimum)
    if column.maximum is not None:
        rules.append(value <= column.maximum)
    if column.allowed:
        rules.append(value.isin(*column.allowed))
    return F.coalesce(reduce(SparkColumn.__and__, rules), F.lit(False))


def require_records(answers: Sequence[object], columns: Sequence[Column], *, rows: int) -> list[Answer]:
    """The answers, one for each of `rows` rows. Raises UnusableAnswersError for the first unusable one."""
    if len(answers) != rows:
        raise UnusableAnswersError(f"{rows} rows were sent and {len(answers)} answers returned: {_few(answers)}")
    for place, answer in enumerate(answers, start=1):
        wrong = _wrong(answer, columns)
        if wrong:
            raise UnusableAnswersError(f"answer {place} of {rows}: {wrong}")
    return [answer for answer in answers if isinstance(answer, Mapping)]


def _wrong(answer: object, columns: Sequence[Column]) -> str:
    """The unusable parts of one answer; empty: none."""
    if not isinstance(answer, Mapping):
        return f"it is {answer!r}; a value for each of {', '.join(column.name for column in columns)} is required"
    absent = [column.name for column in columns if column.name not in answer]
    if absent:
        return f"{', '.join(absent)} is missing: it has {', '.join(map(str, answer)) or 'nothing'}"
    wrong = [
        f"{column.name} is {answer[column.name]!r}, which is {unusable(column)}"
        for column in columns
        if not _is_usable(answer[column.name], column)
    ]
    return "; ".join(wrong)


def _is_usable(value: object, column: Column) -> bool:
    if column.type == "string":
        return isinstance(value, str) and (not column.allowed or value in column.allowed)
    whole = column.type in ("int", "bigint")
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not math.isfinite(value):
        return False
    low, high = column.minimum, column.maximum
    within = (low is None or value >= low) and (high is None or value <= high)
    return within and (not column.allowed or value in column.allowed)


def same(ours: Answer, theirs: Answer, columns: Sequence[Column]) -> bool:
    """Whether two usable answers are equal: numbers up to a different order of additions, the rest exactly."""
    return all(
        math.isclose(float(str(ours[column.name])), float(str(theirs[column.name])), rel_tol=_PART, abs_tol=_PART)
        if column.type == "double"
        else ours[column.name] == theirs[column.name]
        for column in columns
    )


def shown(answers: Sequence[Answer], columns: Sequence[Column], *, digits: int = 3) -> str:
    """The answers in words: "0.100, 0.600" for one column; with the column names for several."""
    return ("; " if len(columns) > 1 else ", ").join(_said(answer, columns, digits) for answer in answers)


def _said(answer: Answer, columns: Sequence[Column], digits: int) -> str:
    said = [_value(answer[column.name], digits) for column in columns]
    named = [f"{column.name} {value}" for column, value in zip(columns, said, strict=True)]
    return said[0] if len(columns) == 1 else ", ".join(named)


def _value(value: object, digits: int) -> str:
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def _few(answers: Sequence[object]) -> str:
    return f"{list(answers[:_SHOWN])}{' and more' if len(answers) > _SHOWN else ''}"
