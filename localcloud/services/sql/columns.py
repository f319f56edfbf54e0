"""Columns of a result with the type names of the Statement Execution API. Pure."""

import re

from localcloud.kernel.store import Document

# Spark's names for the types that the API calls otherwise.
_NAMES = {"bigint": "LONG", "smallint": "SHORT", "tinyint": "BYTE", "void": "NULL", "varchar": "STRING"}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")


def column(name: str, kind: str, position: int) -> Document:
    """One column, whose Spark type is `kind`, such as `decimal(3,2)` or `interval day to second`."""
    base = re.split(r"[(< ]", kind, maxsplit=1)[0]
    found: Document = {"name": name, "type_text": kind.upper(), "position": position}
    found["type_name"] = _NAMES.get(base, base.upper())
    if digits := _DECIMAL.fullmatch(kind):
        found |= {"type_precision": int(digits[1]), "type_scale": int(digits[2])}
    if base == "interval":
        found["type_interval_type"] = kind.removeprefix("interval ").upper()
    return found
