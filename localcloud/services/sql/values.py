"""Result rows in the form of the Statement Execution API's JSON_ARRAY. Pure."""

import base64
import datetime
import decimal
import json
from collections.abc import Mapping, Sequence
from typing import Any


def text(value: Any) -> str | None:
    """One value: null, or text as Databricks writes it. Nested values become JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping | Sequence) and not isinstance(value, bytes | bytearray):
        return json.dumps(_nested(value))
    return _scalar(value)


def _scalar(value: Any) -> str:
    match value:
        case datetime.datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case datetime.date():
            return value.isoformat()
        case bytes() | bytearray():
            return base64.b64encode(bytes(value)).decode()
        case _:
            return str(value)


def _nested(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _nested(item) for key, item in value.items()}
        case None | bool() | int() | float() | str():
            return value
        case decimal.Decimal():
            return str(value)
        case bytes() | bytearray() | datetime.date():
            return _scalar(value)
        case Sequence():
            return [_nested(item) for item in value]
        case _:
            return str(value)
