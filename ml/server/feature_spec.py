"""`feature_spec.yaml` of Databricks' feature engineering client: the features that serving looks up, and their keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

LOADER_MODULE = "databricks.feature_store.mlflow_model"
FOLDER, RAW_MODEL = Path("data") / "feature_store", "raw_model"
FILE = "feature_spec.yaml"
# 8: columns have a resolution order; 11: the newest client's version.
_VERSIONS = range(8, 12)
_REQUEST, _TABLE = "training_data", "feature_store"


class SpecificationError(ValueError):
    """A model with feature look-up whose specification is missing or not supported."""


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """One feature: a column of the published form of `table`, found by the request's `keys`.

    `default` is the value if nothing is found; None: null.
    """

    name: str
    table: str
    column: str
    keys: tuple[str, ...]
    default: Any


@dataclass(frozen=True, kw_only=True)
class FeatureSpec:
    """The request's columns, the looked-up features, and the model's inputs from both, in its order."""

    given: tuple[str, ...]
    look_ups: tuple[LookUp, ...]
    taken: tuple[str, ...]

    @cached_property
    def by_table(self) -> Mapping[str, tuple[LookUp, ...]]:
        """The look-ups in each feature table."""
        tables = dict.fromkeys(look_up.table for look_up in self.look_ups)
        return {table: tuple(one for one in self.look_ups if one.table == table) for table in tables}


def read(model: Path) -> FeatureSpec | None:
    """The specification of the model in the folder, if it is packed for feature look-up; None for a plain model.

    Raises SpecificationError.
    """
    if _loader(model / "MLmodel") != LOADER_MODULE:
        return None
    path = model / FOLDER / FILE
    if not path.is_file() or not (model / FOLDER / RAW_MODEL / "MLmodel").is_file():
        raise SpecificationError(f"A model that {LOADER_MODULE} loads needs {FOLDER / FILE} and {FOLDER / RAW_MODEL}.")
    return in_file(path)


def in_file(path: Path) -> FeatureSpec:
    """The specification in a file. Raises SpecificationError for one that cannot be read."""
    try:
        return parsed(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpecificationError(f"{FILE} cannot be read: {type(error).__name__}: {error}.") from error


def _loader(file: Path) -> str | None:
    """The module that loads the model as a Python function."""
    try:
        flavours = yaml.safe_load(file.read_text(encoding="utf-8")).get("flavors") or {}
        loader: str | None = (flavours.get("python_function") or {}).get("loader_module")
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError) as error:
        raise SpecificationError(f"{file.name} cannot be read: {type(error).__name__}: {error}.") from error
    return loader


def parsed(document: Mapping[str, Any]) -> FeatureSpec:
    """The specification in a document. Raises KeyError, TypeError or ValueError if it is not readable. Pure."""
    version = int(document["serialization_version"])
    if version not in _VERSIONS:
        raise ValueError(f"serialization_version {version} is not one of {', '.join(map(str, _VERSIONS))}")
    columns = [next(iter(entry.items())) for entry in document["input_columns"]]
    columns.sort(key=lambda column: int(column[1]["topological_ordering"]))
    unknown = {fields["source"] for _, fields in columns} - {_REQUEST, _TABLE}
    if unknown:
        raise ValueError(f"columns from {', '.join(sorted(unknown))} are not looked up here")
    look_ups = tuple(_look_up(name, fields) for name, fields in columns if fields["source"] == _TABLE)
    listed = {name for table in document.get("input_tables", []) for name in table}
    if listed != {look_up.table for look_up in look_ups}:
        raise ValueError(f"input_tables are {sorted(listed)}, which are not the tables of the columns")
    return FeatureSpec(
        given=tuple(name for name, fields in columns if fields["source"] == _REQUEST),
        look_ups=look_ups,
        taken=tuple(name for name, fields in columns if fields.get("include", True)),
    )


def _look_up(name: str, fields: Mapping[str, Any]) -> LookUp:
    return LookUp(
        name=name,
        table=str(fields["table_name"]),
        column=str(fields["feature_name"]),
        keys=tuple(map(str, fields["lookup_key"])),
        default=_value(fields.get("default_value"), str(fields["data_type"])),
    )


def _value(text: str | None, data_type: str) -> Any:
    """A default in its column's type; None if none is declared."""
    if text in (None, ""):
        return None
    if data_type in ("float", "double"):
        return float(str(text))
    if data_type in ("smallint", "int", "bigint"):
        return int(str(text))
    return str(text).lower() == "true" if data_type == "boolean" else text
