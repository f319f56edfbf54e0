"""One YAML file as a typed value."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from settings.explain import Explainer
from settings.problems import Problem, SettingsError
from settings.source import Source, parse, read

Kind = TypeVar("Kind", bound=BaseModel)


def read_model(path: Path, kind: type[Kind], raises: type[SettingsError] = SettingsError) -> Kind:
    """The file at `path` as `kind`. Raises `raises` with all its problems."""
    return _typed(*read(path), kind, raises)


def parse_model(file: str, text: str, kind: type[Kind], raises: type[SettingsError] = SettingsError) -> Kind:
    """The text of `file` as `kind`. Raises `raises` with all its problems."""
    return _typed(*parse(file, text), kind, raises)


def _typed(source: Source, problems: list[Problem], kind: type[Kind], raises: type[SettingsError]) -> Kind:
    try:
        value = kind.model_validate(source.data)
    except ValidationError as error:
        # Problems of the text are reported alone, because nothing else could be read.
        explained = Explainer(kind, source).problems(error) if source.readable else []
        raise raises([*problems, *explained]) from error
    if problems:
        raise raises(problems)
    return value
