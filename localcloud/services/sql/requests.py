"""Parsing of a request to run a statement. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.kernel.body import required
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document
from localcloud.services.sql.limits import Limits

_FIELDS = frozenset(
    {"statement", "warehouse_id", "catalog", "schema", "parameters", "row_limit", "byte_limit", "disposition"}
    | {"format", "wait_timeout", "on_wait_timeout", "query_tags", "session_id", "result_compression"}
)
_CHOICES = {
    "disposition": ("INLINE", "EXTERNAL_LINKS"),
    "format": ("JSON_ARRAY", "ARROW_STREAM", "CSV"),
    "on_wait_timeout": ("CONTINUE", "CANCEL"),
    # Answers are not compressed, which the manifest says by naming none.
    "result_compression": ("NONE", "LZ4_FRAME"),
}
_MOST_TEXT_BYTES = 16 * 2**20
_WAIT = re.compile(r"(\d+)s")
_NAME = re.compile(r"[A-Za-z_]\w*")
# As the SDK says: nested types are not for parameters.
_TYPE = re.compile(
    r"(?:STRING|BOOLEAN|BINARY|TINYINT|BYTE|SMALLINT|SHORT|INT|INTEGER|BIGINT|LONG|FLOAT|REAL|DOUBLE|DATE|TIMESTAMP"
    r"|TIMESTAMP_NTZ|(?:DECIMAL|DEC|NUMERIC)(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?"
    r"|INTERVAL (?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)(?: TO (?:MONTH|HOUR|MINUTE|SECOND))?)",
    re.I,
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One statement to run. `parameters`: by name (type, text)."""

    statement: str
    warehouse_id: str
    catalog: str
    schema: str
    parameters: Mapping[str, tuple[str, str | None]]
    limits: Limits
    format: str
    wait_s: int
    cancels: bool


def read(body: Document) -> Request:
    """The request in `body`. Raises `ApiError` 400 for an unknown field or an unsupported value."""
    warehouse_id, statement = required(body, "warehouse_id", "statement")
    if unknown := sorted(body.keys() - _FIELDS):
        raise bad_request(
            f"Field(s) {', '.join(unknown)} are not understood; understood are {', '.join(sorted(_FIELDS))}."
        )
    if len(str(statement).encode()) > _MOST_TEXT_BYTES:
        raise bad_request("The statement is longer than 16 MiB.")
    chosen = {field: _choice(body, field) for field in _CHOICES}
    linked = chosen["disposition"] == "EXTERNAL_LINKS"
    if not linked and chosen["format"] != "JSON_ARRAY":
        raise bad_request(f"format {chosen['format']} needs disposition EXTERNAL_LINKS: INLINE answers in JSON_ARRAY.")
    return Request(
        statement=str(statement),
        warehouse_id=str(warehouse_id),
        catalog=body.get("catalog") or "",
        schema=body.get("schema") or "",
        parameters=_parameters(body.get("parameters") or []),
        limits=Limits(rows=_count(body, "row_limit"), bytes=_count(body, "byte_limit"), linked=linked),
        format=chosen["format"],
        wait_s=_wait_s(str(body.get("wait_timeout") or "10s")),
        cancels=chosen["on_wait_timeout"] == "CANCEL",
    )


def _choice(body: Document, field: str) -> str:
    given = body.get(field) or _CHOICES[field][0]
    if given not in _CHOICES[field]:
        raise bad_request(f"{field} '{given}' is not one of {', '.join(_CHOICES[field])}.")
    return str(given)


def _count(body: Document, field: str) -> int | None:
    given = body.get(field)
    if given is None:
        return None
    if isinstance(given, bool) or not re.fullmatch(r"\d+", str(given)) or int(given) == 0:
        raise bad_request(f"{field} must be a whole number from 1 on, not {given!r}.")
    return int(given)


def _parameters(given: object) -> dict[str, tuple[str, str | None]]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise bad_request('parameters must be a list of {"name": …, "value": …, "type": …}.')
    found: dict[str, tuple[str, str | None]] = {}
    for each in given:
        name, kind, value = str(each.get("name") or ""), str(each.get("type") or "STRING"), each.get("value")
        if unknown := sorted(each.keys() - {"name", "type", "value"}):
            raise bad_request(f"Parameter '{name}' has field(s) {', '.join(unknown)}, which are not understood.")
        if not _NAME.fullmatch(name):
            raise bad_request(f"Parameter name '{name}' is not a name: markers are written :name, '?' is not offered.")
        if not _TYPE.fullmatch(kind.strip()):
            raise bad_request(f"Parameter '{name}' has type '{kind}': use a type without parts, such as DECIMAL(10,2).")
        if name in found:
            raise bad_request(f"Parameter '{name}' is given twice.")
        found[name] = (kind.strip(), None if value is None else str(value))
    return found


def _wait_s(text: str) -> int:
    found = _WAIT.fullmatch(text)
    limit_s = int(found[1]) if found else -1
    if limit_s != 0 and not 5 <= limit_s <= 50:
        raise bad_request(f"wait_timeout '{text}' is not 0s or 5s to 50s.")
    return limit_s
