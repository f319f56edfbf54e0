"""The rows of an inference table: one per answered request, with the columns that Databricks documents. Pure."""

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

# Databricks logs null in the place of a larger payload.
MAX_PAYLOAD_BYTES = 1 << 20


@dataclass(frozen=True)
class Column:
    """A column by its names in SQL and in Arrow."""

    name: str
    type: str
    arrow: pa.DataType

    def shown(self, position: int) -> dict[str, Any]:
        """The column as returned by Unity Catalog."""
        return {
            "name": self.name,
            "type_text": self.type,
            "type_name": {"int": "INT", "bigint": "LONG"}.get(self.type, self.type.partition("<")[0].upper()),
            "position": position,
            "nullable": True,
        }


COLUMNS = (
    Column("databricks_request_id", "string", pa.string()),
    Column("request_date", "date", pa.date32()),
    Column("client_request_id", "string", pa.string()),
    Column("request_time", "timestamp", pa.timestamp("us", tz="UTC")),
    Column("status_code", "int", pa.int32()),
    Column("sampling_fraction", "double", pa.float64()),
    Column("execution_duration_ms", "bigint", pa.int64()),
    Column("request", "string", pa.string()),
    Column("response", "string", pa.string()),
    Column("logging_error_codes", "array<string>", pa.list_(pa.string())),
    Column("served_entity_id", "string", pa.string()),
    Column("requester", "string", pa.string()),
)
SCHEMA = pa.schema([(column.name, column.arrow) for column in COLUMNS])


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer. `received_at` is epoch seconds, `table` the table that records it.

    `served_entity_id` is None for what an older local cloud brought up.
    """

    table: str
    request: bytes = field(repr=False)
    response: bytes = field(repr=False)
    status_code: int
    received_at: float
    execution_ms: int
    served_entity_id: str | None
    requester: str

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.request) + len(self.response)


def row(exchange: Exchange) -> dict[str, Any]:
    """The row of an exchange."""
    at = datetime.fromtimestamp(exchange.received_at, UTC)
    sizes = {"REQUEST": exchange.request, "RESPONSE": exchange.response}
    return {
        "databricks_request_id": str(uuid.uuid4()),
        "request_date": at.date(),
        "client_request_id": _client_request_id(exchange.request),
        "request_time": at,
        "status_code": exchange.status_code,
        "sampling_fraction": 1.0,
        "execution_duration_ms": exchange.execution_ms,
        "request": _text(exchange.request),
        "response": _text(exchange.response),
        "logging_error_codes": [f"MAX_{what}_SIZE_EXCEEDED" for what, body in sizes.items() if _too_large(body)],
        "served_entity_id": exchange.served_entity_id,
        "requester": exchange.requester,
    }


def _client_request_id(request: bytes) -> str | None:
    """The caller's request id, from the body."""
    if b'"client_request_id"' not in request:
        return None
    with suppress(ValueError, RecursionError):
        body = json.loads(request)
        found = body.get("client_request_id") if isinstance(body, dict) else None
        return None if found is None else str(found)
    return None


def _too_large(body: bytes) -> bool:
    return len(body) > MAX_PAYLOAD_BYTES


def _text(body: bytes) -> str | None:
    return None if _too_large(body) else body.decode("utf-8", errors="replace")
