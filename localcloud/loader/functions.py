"""Terraform's functions and comparisons, as far as synthesized documents use them."""

import json
import operator
from collections.abc import Callable
from typing import Any

from localcloud.loader.errors import ExpressionError


def _one(values: list[Any]) -> Any:
    if len(values) > 1:
        raise ExpressionError(f"one() was given {len(values)} values")
    return values[0] if values else None


def _lookup(values: dict[str, Any], key: str, *default: Any) -> Any:
    if key not in values and not default:
        raise ExpressionError(f"lookup(): there is no {key!r}; there is: {', '.join(sorted(values)) or 'nothing'}")
    return values.get(key, *default)


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lookup": _lookup,
    "zipmap": lambda keys, values: dict(zip(keys, values, strict=True)),
    "one": _one,
    "tostring": str,
    "tonumber": int,
    "jsonencode": lambda value: json.dumps(value, separators=(",", ":")),
    "join": lambda separator, values: separator.join(map(str, values)),
    "contains": lambda values, value: value in values,
    "endswith": lambda text, end: text.endswith(end),
    "lower": str.lower,
    "startswith": lambda text, start: text.startswith(start),
    "strcontains": lambda text, part: part in text,
    "trimsuffix": lambda text, end: text.removesuffix(end),
    "values": lambda mapping: [mapping[key] for key in sorted(mapping)],
    "concat": lambda *lists: [value for values in lists for value in values],
}
