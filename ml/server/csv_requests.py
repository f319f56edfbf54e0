"""Scoring requests in CSV, as in MLflow's scoring server: the first line names the columns. Pure."""

import csv
import io
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from ml.server.errors import bad_request

_TRUTHS = {"true": True, "false": False}


def parse(raw: bytes) -> dict[str, Any]:
    """The body as `dataframe_split`; a column has the first type that fits all of its values. An empty field is null.

    Raises Refused 400 for a body that is not UTF-8, has no rows, or has rows of different lengths.
    """
    try:
        lines = [line for line in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise bad_request(f"Failed to parse input as CSV: {error}.") from error
    if len(lines) < 2:
        raise bad_request("Failed to parse input as CSV: there must be a line of names and at least one row.")
    names, rows = lines[0], lines[1:]
    if len(set(names)) != len(names):
        raise bad_request("Failed to parse input as CSV: a column's name occurs twice.")
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise bad_request(f"Row {number} of the CSV has {len(row)} field(s); the line of names has {len(names)}.")
    columns = [_column([row[at] for row in rows]) for at in range(len(names))]
    return {"dataframe_split": {"columns": names, "data": [list(row) for row in zip(*columns, strict=True)]}}


def _column(texts: Sequence[str]) -> list[Any]:
    """The values of a column: whole numbers, numbers, booleans, or texts."""
    readers: tuple[Callable[[str], Any], ...] = (int, _number, _truth)
    for reader in readers:
        try:
            return [reader(text) if text else None for text in texts]
        except ValueError:
            continue
    return [text or None for text in texts]


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise ValueError(text)
    return _TRUTHS[text.lower()]
