"""The YAML files of a logged model, checked: those of MLflow, and of Databricks' feature engineering client.

Only what the local cloud goes by is read; the libraries that load a model judge the rest.
"""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Json, ValidationError, model_validator

FEATURE_STORE = "feature_store"
_SHOWN_CHARACTERS = 80


class ModelFileError(ValueError):
    """An invalid file. Names the file, and for each mistake the key, the given and the allowed value."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Signature(_Part):
    """Types of a model's inputs and outputs: JSON texts."""

    inputs: Json[Any] | None = None
    outputs: Json[Any] | None = None


class Flavour(_Part):
    """One flavour of a model."""

    loader_module: str | None = None


class MLmodel(_Part):
    """`MLmodel`."""

    flavors: dict[str, Flavour] = {}
    signature: Signature | None = None


class Column(_Part):
    """One input column of a model: from the request, or looked up in a table."""

    source: str
    data_type: str
    table_name: str | None = None
    feature_name: str | None = None

    @model_validator(mode="after")
    def _names_its_feature(self) -> "Column":
        if self.source == FEATURE_STORE and not (self.table_name and self.feature_name):
            raise ValueError("a column that is looked up needs table_name and feature_name")
        return self


class FeatureSpecification(_Part):
    """`feature_spec.yaml`: each column and each table is a mapping of its name."""

    input_columns: tuple[dict[str, Column], ...]
    input_tables: tuple[dict[str, Any], ...] | None = None

    @property
    def columns(self) -> list[tuple[str, Column]]:
        """(name, column), in the order of the file."""
        return [named for entry in self.input_columns for named in entry.items()]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables used for look-up, each once."""
        return tuple(dict.fromkeys(name for entry in self.input_tables or () for name in entry))


class CondaEnvironment(_Part):
    """`conda.yaml`: a dependency is a text, or the mapping for pip."""

    channels: tuple[str, ...] | None = None
    dependencies: tuple[str | dict[str, Any], ...] | None = None


Kind = TypeVar("Kind", bound=BaseModel)


def read(path: Path, kind: type[Kind]) -> Kind:
    """The file at `path`. Raises ModelFileError with every mistake in it."""
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path.name} is not YAML: {error}; log the model again") from error
    try:
        return kind.model_validate(written)
    except ValidationError as error:
        said = "; ".join(_said(one) for one in error.errors(include_url=False))
        raise ModelFileError(f"{path.name}: {said}; log the model again") from error


def _said(mistake: Any) -> str:
    place = ".".join(map(str, mistake["loc"])) or "the file"
    if mistake["type"] == "missing":
        return f"{place} is missing"
    given = repr(mistake["input"])
    shown = given if len(given) <= _SHOWN_CHARACTERS else f"{given[:_SHOWN_CHARACTERS]}…"
    allowed = mistake["msg"].replace("valid tuple", "list").replace("valid dictionary", "mapping")
    return f"{place} is {shown}: {allowed[0].lower()}{allowed[1:]}"
