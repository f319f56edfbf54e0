"""A YAML file of this room as a typed value: every mistake in it, with what was given and what is allowed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from policies.errors import RulesError
from policies.yaml_file import read_yaml


class Entry(BaseModel):
    """A mapping in a file: its values have the right kind as they are written, and it has no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Kind = TypeVar("Kind", bound=Entry)


def read_model(path: Path, kind: type[Kind]) -> Kind:
    """The file as `kind`. Raises RulesError with all mistakes, one a line."""
    try:
        return kind.model_validate(read_yaml(path))
    except ValidationError as error:
        raise RulesError("\n".join(f"{path}: {text}" for text in _texts(kind, error))) from error


def _texts(kind: type[BaseModel], error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False):
        *outer, key = one["loc"] or ("the file",)
        place = _dotted(one["loc"])
        if one["type"] == "extra_forbidden":
            yield f"{_dotted(outer)} has {key}; allowed are {', '.join(_keys(kind, outer))}"
        elif one["type"] == "missing":
            yield f"{place} is missing; {_dotted(outer)} needs it"
        else:
            yield f"{place} is {one['input']!r}; {one['msg'].replace('Input should', 'it should')}"


def _dotted(place: Sequence[int | str]) -> str:
    """A place for people, who count from one."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place) or "the file"


def _keys(kind: Any, place: Sequence[int | str]) -> list[str]:
    """The keys of the mapping at `place`."""
    for step in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(step)].annotation
        else:
            kind = get_args(kind)[0 if isinstance(step, int) else -1]
    return list(kind.model_fields)
