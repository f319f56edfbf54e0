"""Result rows in the format of the Statement Execution API's JSON_ARRAY. Pure."""

import base64
import datetime
import decimal
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

# Between these Java writes a double without an exponent.
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7


def text(value: Any, kind: str = "") -> str | None:
    """One value of a column of Spark type `kind`: null, or the text of Spark's cast. Nested values become JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping | Sequence) and not isinstance(value, bytes | bytearray):
        return json.dumps(_nested(value))
    if isinstance(value, float):
        # A `float` arrives as the double beside it: its own shortest digits are those of 32 bits.
        return _number(value, str(numpy.float32(value)) if kind == "float" else repr(value))
    return _scalar(value)


def _number(value: float, shortest: str) -> str:
    """As Java writes it: plain from 0.001 to ten million, else with an exponent, and always with a fraction."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        plain = format(decimal.Decimal(shortest), "f")
        return plain if "." in plain else f"{plain}.0"
    sign, digits, exponent = decimal.Decimal(shortest).normalize().as_tuple()
    fraction = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{int(exponent) + len(digits) - 1}"


def _scalar(value: Any) -> str:
    match value:
        case datetime.datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case datetime.date():
            return value.isoformat()
        case bytes() | bytearray():
            return base64.b64encode(bytes(value)).decode()
        case decimal.Decimal():
            return format(value, "f")
        case _:
            return str(value)


def _nested(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _nested(item) for key, item in value.items()}
        case None | bool() | int() | float() | str():
            return value
        case decimal.Decimal():
            return _scalar(value)
        case bytes() | bytearray() | datetime.date():
            return _scalar(value)
        case Sequence():
            return [_nested(item) for item in value]
        case _:
            return str(value)
