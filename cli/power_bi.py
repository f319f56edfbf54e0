"""The file by which Power BI Desktop opens a schema of an environment: its format, and its validation. Pure.

Fields: Microsoft, "Create a Power BI data source file (PBIDS)"; those of the Databricks connector are the ones that
Databricks' own Partner Connect writes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_VERSION = "0.1"
# The address fields of each protocol, all of them required.
_ADDRESSES = {"databricks-sql": frozenset({"host", "path"})}
_OPTIONS = frozenset({"Catalog", "Database"})
_MODES = ("DirectQuery", "Import")


def pbids(host: str, warehouse_id: str, catalog: str, schema: str) -> str:
    """One DirectQuery connection to a warehouse; the user who opens it signs in as themselves."""
    connection = {
        "details": {
            "protocol": "databricks-sql",
            "address": {"host": host, "path": f"/sql/1.0/warehouses/{warehouse_id}"},
            "authentication": None,
            "query": None,
        },
        "options": {"Catalog": catalog, "Database": schema},
        "mode": "DirectQuery",
    }
    return json.dumps({"version": _VERSION, "connections": [connection]}, indent=2) + "\n"


def problems(text: str) -> Iterator[str]:
    """Violations of Power BI's documented format in a data source file; empty if there are none."""
    try:
        document = json.loads(text)
        [connection] = document["connections"]
        details = connection["details"]
        address = details["address"]
    except (ValueError, KeyError, TypeError) as error:
        yield f"it has no single connection with details and an address: {type(error).__name__}: {error}"
        return
    if document.get("version") != _VERSION:
        yield f"its version is {document.get('version')!r}, not {_VERSION!r}"
    yield from _unknown("the file", document, {"version", "connections"})
    yield from _unknown("the connection", connection, {"details", "options", "mode"})
    yield from _unknown("details", details, {"protocol", "address", "authentication", "query"})
    yield from _unknown("options", connection.get("options") or {}, _OPTIONS)
    if details.get("protocol") not in _ADDRESSES:
        yield f"its protocol is {details.get('protocol')!r}; supported here: {', '.join(_ADDRESSES)}"
    elif set(address) != _ADDRESSES[details["protocol"]]:
        yield f"its address has {', '.join(sorted(address))}, not {', '.join(sorted(_ADDRESSES[details['protocol']]))}"
    if connection.get("mode") not in _MODES:
        yield f"its mode is {connection.get('mode')!r}: use one of {', '.join(_MODES)}"


def _unknown(where: str, given: Mapping[str, Any], known: set[str] | frozenset[str]) -> Iterator[str]:
    wrong = sorted(given.keys() - known)
    if wrong:
        yield f"{where} has {', '.join(wrong)}, which is not documented"
