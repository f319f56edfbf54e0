"""The supported functions of Data Factory's expressions, by name in lower case. Pure.

Follows https://learn.microsoft.com/azure/data-factory/control-flow-expression-language-functions.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

# .NET's parts of a time, longest first, as Python writes them.
_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "fff": "%f"}


def moment_of(text: str) -> datetime:
    """A time in an expression, with or without an offset (UTC). Raises ValueError."""
    found = datetime.fromisoformat(text.strip())
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def written(moment: datetime, form: str = "o") -> str:
    """A time in .NET's format; `o` is Data Factory's own. Raises ValueError for other letters."""
    utc = moment.astimezone(UTC)
    if form in ("o", "O"):
        return utc.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
    text, rest = "", form
    while rest:
        part = next((each for each in _PARTS if rest.startswith(each)), None)
        if part is None and rest[0].isalpha() and rest[0] not in "TZ":
            raise ValueError(f"the form '{form}' has {rest[0]!r}; understood are o, {', '.join(_PARTS)}, T and Z")
        written_part = utc.strftime(_PARTS[part]) if part else rest[0]
        text += written_part[:3] if part == "fff" else written_part
        rest = rest[len(part or rest[0]) :]
    return text


def _shifted(unit: str) -> Callable[..., str]:
    def shift(text: str, count: int, form: str = "o") -> str:
        return written(moment_of(text) + timedelta(**{unit: count}), form)

    return shift


def text_of(value: Any) -> str:
    """A value inside text: JSON if it is not text itself."""
    return value if isinstance(value, str) else json.dumps(value)


def _contains(where: Any, what: Any) -> bool:
    return what in where


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "concat": lambda *parts: (
        [x for p in parts for x in p] if isinstance(parts[0], list) else "".join(map(text_of, parts))
    ),
    "substring": lambda text, start, length=None: text[start:] if length is None else text[start : start + length],
    "replace": lambda text, old, new: text.replace(old, new),
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "split": lambda text, at: text.split(at),
    "join": lambda values, between: between.join(map(text_of, values)),
    "startswith": lambda text, start: text.lower().startswith(start.lower()),
    "endswith": lambda text, end: text.lower().endswith(end.lower()),
    "indexof": lambda text, part: text.lower().find(part.lower()),
    "length": len,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "contains": _contains,
    "empty": lambda value: len(value) == 0,
    "createarray": lambda *values: list(values),
    "coalesce": _coalesce,
    "equals": lambda left, right: left == right,
    "not": lambda value: not value,
    "and": lambda left, right: left and right,
    "or": lambda left, right: left or right,
    "if": lambda condition, yes, no: yes if condition else no,
    "less": lambda left, right: left < right,
    "lessorequals": lambda left, right: left <= right,
    "greater": lambda left, right: left > right,
    "greaterorequals": lambda left, right: left >= right,
    "string": text_of,
    "int": int,
    "float": float,
    "bool": lambda value: str(value).lower() in ("true", "1"),
    "json": json.loads,
    "add": lambda left, right: left + right,
    "sub": lambda left, right: left - right,
    "mul": lambda left, right: left * right,
    "div": lambda left, right: left // right if isinstance(left, int) and isinstance(right, int) else left / right,
    "mod": lambda left, right: left % right,
    "utcnow": lambda form="o": written(datetime.now(UTC), form),
    "formatdatetime": lambda text, form="o": written(moment_of(text), form),
    "adddays": _shifted("days"),
    "addhours": _shifted("hours"),
    "addminutes": _shifted("minutes"),
}
