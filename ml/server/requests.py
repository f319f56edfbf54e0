"""Reading a scoring request: strict JSON, then rows. Pure.

The formats are MLflow's scoring protocol: `dataframe_records`, `dataframe_split`, `inputs`, `instances`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, NoReturn

from ml.server import csv_requests
from ml.server.errors import Refused, bad_request

FORMATS = ("dataframe_records", "dataframe_split", "inputs", "instances")
Row = dict[str, Any]


def read(content_type: str, raw: bytes) -> dict[str, Any]:
    """The request in a body of that content type. Raises Refused: 415 unless JSON or CSV in UTF-8, otherwise 400."""
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    parser = _PARSERS.get(media_type.strip())
    if parser is None or charset not in ("", "utf-8", "utf8"):
        raise Refused(
            415, "BAD_REQUEST", f"Content type '{content_type}' is not served: use {' or '.join(_PARSERS)} in UTF-8."
        )
    return parser(raw)


def parse(raw: bytes) -> dict[str, Any]:
    """The body as a dictionary with exactly one of `FORMATS`. Raises Refused 400.

    NaN and Infinity are not JSON and are refused; a missing value is `null`.
    """
    try:
        parsed = json.loads(raw, parse_constant=_not_json, parse_float=_finite)
    except RecursionError as error:
        raise bad_request("Failed to parse input as JSON: it is nested too deeply.") from error
    except ValueError as error:
        raise bad_request(
            f"Failed to parse input as JSON. Ensure that input is a valid JSON string: {error}."
        ) from error
    if not isinstance(parsed, dict):
        raise bad_request(f"The input must be a JSON dictionary; given: {_kind(parsed)}.")
    given = [name for name in FORMATS if name in parsed]
    if len(given) != 1:
        listed = ", ".join(FORMATS)
        raise bad_request(f"The input must have exactly one of {listed}; given: {', '.join(parsed) or 'none'}.")
    return parsed


def rows(parsed: Mapping[str, Any]) -> list[Row]:
    """The request's rows, one dictionary per row, in order. Raises Refused 400."""
    name = next(name for name in FORMATS if name in parsed)
    value = parsed[name]
    if name == "dataframe_split":
        return _split(value)
    if name == "inputs" and isinstance(value, dict):
        return _columns(value)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise bad_request(f"{name} must be a list with one dictionary per row; given: {_kind(value)}.")
    if not value:
        raise bad_request(f"{name} holds no rows.")
    return list(value)


def plain_rows(payload: Mapping[str, Any]) -> list[Row] | None:
    """The rows of a request with only named rows; None for any other, which MLflow has to read."""
    if len(payload) != 1:
        return None
    value = payload.get("dataframe_records")
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return value
    value = payload.get("dataframe_split")
    columns = value.get("columns") if isinstance(value, dict) and value.keys() == {"columns", "data"} else None
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        return None
    if len(set(columns)) != len(columns):
        return None
    try:
        return _split(value)
    except Refused:
        return None


def _split(value: Any) -> list[Row]:
    columns, data = (value.get("columns"), value.get("data")) if isinstance(value, dict) else (None, None)
    if not isinstance(columns, list) or not isinstance(data, list):
        raise bad_request("dataframe_split must be a dictionary with the lists 'columns' and 'data'.")
    if not data:
        raise bad_request("dataframe_split holds no rows.")
    for number, row in enumerate(data):
        if not isinstance(row, list) or len(row) != len(columns):
            raise bad_request(f"Row {number} of dataframe_split.data is no list of {len(columns)} value(s).")
    return [dict(zip((str(column) for column in columns), row, strict=True)) for row in data]


def _columns(value: Mapping[str, Any]) -> list[Row]:
    columns: dict[str, Sequence[Any]] = {k: v if isinstance(v, list) else [v] for k, v in value.items()}
    lengths = {len(held) for held in columns.values()}
    if len(lengths) != 1 or not lengths - {0}:
        raise bad_request("inputs must hold columns of one and the same length, at least 1.")
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not allowed, send null for a missing value")


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is out of range")
    return value


def _kind(value: Any) -> str:
    names = {dict: "a dictionary", list: "a list", str: "a string", type(None): "null"}
    return names.get(type(value), f"{value!r}"[:40])


_PARSERS: dict[str, Callable[[bytes], dict[str, Any]]] = {"application/json": parse, "text/csv": csv_requests.parse}
