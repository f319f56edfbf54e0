"""Feature specifications: the columns that a feature serving endpoint looks up, in which tables and by which keys.

They are functions of type FEATURE_SPEC in Unity Catalog. What is asked for is what Databricks' feature engineering
client sends (`create_feature_spec`); what is kept is the `feature_spec.yaml` that a scoring server reads.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from localcloud.kernel.body import required
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.store import Document, Store
from localcloud.services.unity.hiding import FEATURE_SPEC

_FILE = "feature_spec.yaml"
# What the newest client writes.
_SERIALIZATION = 9


def specified(body: Document, table: Callable[[str], Document]) -> Document:
    """The specification in a request. `table` finds a table's document by its full name.

    Raises `ApiError` 400 for functions, which are not run here, and for columns that a table lacks.
    """
    excluded = _texts(body, "exclude_columns")
    inputs: dict[str, Document] = {}
    tables: dict[str, str] = {}
    for feature in required(body, "features"):
        look_up = feature.get("feature_lookup")
        if not look_up:
            raise bad_request("Only feature_lookup is served locally; feature_function computes on Databricks alone.")
        found = table(required(look_up, "table_name"))
        tables[found["full_name"]] = str(found.get("table_id") or found["full_name"])
        for name, column in _columns(look_up, found).items():
            if inputs.get(name, {}).get("source") == "feature_store":
                raise bad_request(f"'{name}' is looked up twice: rename one with rename_outputs.")
            inputs.setdefault(name, column)
    placed = [
        {name: {**column, "topological_ordering": place, "include": name not in excluded}}
        for place, (name, column) in enumerate(inputs.items())
    ]
    return {
        "input_columns": placed,
        "input_tables": [{name: {"table_id": identifier}} for name, identifier in tables.items()],
        "serialization_version": _SERIALIZATION,
    }


def _columns(look_up: Mapping[str, Any], table: Document) -> dict[str, Document]:
    """The columns by name in the answer: keys, which a request gives, and looked-up columns."""
    types = {column["name"]: str(column.get("type_text", "")).lower() for column in table.get("columns", [])}
    required(dict(look_up), "lookup_keys")
    keys, times = _texts(look_up, "lookup_keys"), _texts(look_up, "timestamp_lookup_keys")
    names = _texts(look_up, "feature_names") or [name for name in types if name not in (*keys, *times)]
    absent = [name for name in names if name not in types]
    if absent or not names:
        raise bad_request(f"Table '{table['full_name']}' has no column {', '.join(absent) or 'to look up'}.")
    renamed = _pairs(look_up, "rename_outputs", "output_name")
    defaults = _pairs(look_up, "default_values", "default_value")
    found: Document = {
        key: {"data_type": types.get(key, "string"), "source": "training_data"} for key in dict.fromkeys(keys)
    }
    for name in names:
        default = {"default_value": defaults[name]} if name in defaults else {}
        found[renamed.get(name, name)] = {
            "table_name": table["full_name"],
            "feature_name": name,
            "lookup_key": [*keys],
            "data_type": types[name],
            "source": "feature_store",
            **default,
        }
    return found


def _texts(given: Mapping[str, Any], field: str) -> list[str]:
    """The names in a field; empty if it is omitted. Raises `ApiError` 400 for anything else."""
    value = given.get(field) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise bad_request(f"{field} is {str(value)[:40]!r}: give a list of texts.")
    return value


def _pairs(given: Mapping[str, Any], field: str, second: str) -> dict[str, str]:
    """By `feature_name`, the text `second` of each object in a field."""
    pairs = (required(each, "feature_name", second) for each in given.get(field) or ())
    return {str(name): str(value) for name, value in pairs}


def require(store: Store, full_name: str) -> Document:
    """The specification with this name. Raises `ApiError` 404."""
    found = store.get(FEATURE_SPEC, full_name)
    if found is None:
        raise not_found(f"'{full_name}' is not a feature specification: name the version to serve of a model.")
    return found


def folder(home: Path, document: Document) -> Path:
    """The folder that a scoring server loads, below `home`; never changed once it exists."""
    text = yaml.safe_dump(document["_specification"], sort_keys=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    place = home / "serving" / "feature_specs" / f"{document['full_name']}-{digest}"
    if not (place / _FILE).is_file():
        place.mkdir(parents=True, exist_ok=True)
        written = place / f"{_FILE}.new"
        written.write_text(text, encoding="utf-8")
        written.replace(place / _FILE)
    return place


def tables(document: Document) -> tuple[str, ...]:
    """The tables used for look-up."""
    return tuple(name for each in document["_specification"]["input_tables"] for name in each)
