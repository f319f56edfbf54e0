"""A YAML file of this room as a typed value: all its mistakes, with the given and the allowed value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from policies.errors import RulesError
from policies.yaml_file import read_yaml

Place = Sequence[int | str]
Text = Annotated[str, Field(min_length=1)]
# YAML has lists for a frozen value's tuples.
Strings = Annotated[tuple[str, ...], Field(strict=False)]


class Entry(BaseModel):
    """A mapping in a file: its values have the right kind as they are written, and it has no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Kind = TypeVar("Kind")


def read_model(path: Path, kind: type[Kind], *, may_be_empty: bool = False) -> Kind:
    """The file as `kind`, an Entry or a dictionary of them. Raises RulesError with all mistakes, one per line."""
    return checked(str(path), read_yaml(path, may_be_empty=may_be_empty), kind)


def checked(place: str, written: Any, kind: type[Kind]) -> Kind:
    """The value `written` at `place` as `kind`. Raises RulesError with all mistakes, one per line."""
    try:
        return TypeAdapter(kind).validate_python(written)
    except ValidationError as error:
        raise RulesError("\n".join(f"{place}: {text}" for text in _texts(kind, written, error))) from error


def _texts(kind: Any, written: Any, error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False):
        *outer, key = one["loc"] or ("the file",)
        place, around = _dotted(one["loc"], written), _dotted(outer, written)
        if key == "[key]" or one["type"] == "invalid_key":
            yield f"{around if key == '[key]' else place} is a key that is not text; write it in quotes"
        elif one["type"] == "extra_forbidden":
            yield f"{around} has {key}; allowed are {', '.join(_keys(kind, outer))}"
        elif one["type"] == "missing":
            yield f"{place} is missing; {around} needs it"
        elif one["type"] == "value_error" and isinstance(one["input"], Mapping):
            yield f"{place} {one['ctx']['error']}"
        else:
            yield f"{place} is {one['input']!r}; {_allowed(kind, one)}"


def _allowed(kind: Any, one: Mapping[str, Any]) -> str:
    if one["type"] == "value_error":
        return str(one["ctx"]["error"])
    if one["type"] == "model_type":
        return f"it should be a mapping of {', '.join(_keys(kind, one['loc']))}"
    message = str(one["msg"]).replace("valid tuple", "list").replace("valid dictionary", "mapping")
    return re.sub(r"^\w+ should", "it should", message)


def _dotted(place: Place, written: Any) -> str:
    """A readable place, counted from one; an entry of a list is shown with its name, if it has one."""
    steps = []
    for step in place:
        position = step + 1 if isinstance(step, int) and isinstance(written, list) else None
        written = _inside(written, step)
        name = written.get("name") if isinstance(written, Mapping) else None
        if position is None:
            steps.append(str(step))
        else:
            steps.append(f"{position} ({name})" if isinstance(name, str) and name else str(position))
    return ".".join(steps) or "the file"


def _inside(written: Any, step: int | str) -> Any:
    """The value at a step; None if there is none."""
    if isinstance(written, list):
        return written[step] if isinstance(step, int) else None
    return written.get(step) if isinstance(written, Mapping) else None


def _keys(kind: Any, place: Place) -> list[str]:
    """The keys of the mapping at `place`."""
    for step in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(step)].annotation
        else:
            kind = get_args(kind)[0 if isinstance(step, int) else -1]
        if NoneType in get_args(kind):
            kind = next(each for each in get_args(kind) if each is not NoneType)
    return [field.alias or name for name, field in kind.model_fields.items()]
