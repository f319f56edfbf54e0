"""Reading a scoring request: strict JSON, then rows. Pure.

The formats are MLflow's scoring protocol: `dataframe_records`, `dataframe_split`, `inputs`, `instances`.
"""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NoReturn

from localcloud.kernel.errors import ApiError

FORMATS = ("dataframe_records", "dataframe_split", "inputs", "instances")
# Databricks documents 16 MB for custom models and 4 MB for the other kinds of endpoint. The stricter one
# holds here: a request that is answered locally is within the limit on every endpoint.
MAX_BODY_BYTES = 4 << 20

Row = dict[str, Any]


def refused(message: str) -> ApiError:
    """The error MLflow's scoring server gives for input it cannot use."""
    return ApiError(400, "BAD_REQUEST", message)


def too_large(size: str) -> ApiError:
    """The error for a body over `MAX_BODY_BYTES`."""
    limit = f"Request size cannot exceed {MAX_BODY_BYTES} bytes because of the model serving limits"
    return ApiError(413, "REQUEST_TOO_LARGE", f"{limit}; given: {size}. Send fewer rows per request.")


def parse(raw: bytes) -> dict[str, Any]:
    """The body as a dictionary with exactly one of `FORMATS`. Raises `ApiError` 400 BAD_REQUEST.

    NaN and Infinity are no JSON and are refused; a missing value is `null`.
    """
    try:
        parsed = json.loads(raw, parse_constant=_not_json, parse_float=_finite)
    except RecursionError as error:
        raise refused("Failed to parse input as JSON: it is nested too deeply.") from error
    except ValueError as error:
        raise refused(f"Failed to parse input as JSON. Ensure that input is a valid JSON string: {error}.") from error
    if not isinstance(parsed, dict):
        raise refused(f"The input must be a JSON dictionary; given: {_kind(parsed)}.")
    given = [name for name in FORMATS if name in parsed]
    if len(given) != 1:
        listed = ", ".join(FORMATS)
        raise refused(f"The input must have exactly one of {listed}; given: {', '.join(parsed) or 'none'}.")
    return parsed


def rows(parsed: Mapping[str, Any]) -> list[Row]:
    """The request's rows, one dictionary per row, in order. Raises `ApiError` 400 BAD_REQUEST."""
    name = next(name for name in FORMATS if name in parsed)
    value = parsed[name]
    if name == "dataframe_split":
        return _split(value)
    if name == "inputs" and isinstance(value, dict):
        return _columns(value)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise refused(f"{name} must be a list with one dictionary per row; given: {_kind(value)}.")
    if not value:
        raise refused(f"{name} holds no rows.")
    return list(value)


def _split(value: Any) -> list[Row]:
    columns, data = (value.get("columns"), value.get("data")) if isinstance(value, dict) else (None, None)
    if not isinstance(columns, list) or not isinstance(data, list):
        raise refused("dataframe_split must be a dictionary with the lists 'columns' and 'data'.")
    if not data:
        raise refused("dataframe_split holds no rows.")
    for number, row in enumerate(data):
        if not isinstance(row, list) or len(row) != len(columns):
            raise refused(f"Row {number} of dataframe_split.data is no list of {len(columns)} value(s).")
    return [dict(zip((str(column) for column in columns), row, strict=True)) for row in data]


def _columns(value: Mapping[str, Any]) -> list[Row]:
    columns: dict[str, Sequence[Any]] = {k: v if isinstance(v, list) else [v] for k, v in value.items()}
    lengths = {len(held) for held in columns.values()}
    if len(lengths) != 1 or not lengths - {0}:
        raise refused("inputs must hold columns of one and the same length, at least 1.")
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
