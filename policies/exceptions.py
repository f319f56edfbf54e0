"""Exceptions to what the policies ask: each with a reason, somebody who answers for it, and an end."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policies.yaml_file import parse_yaml

# Longer, and nobody remembers why: an exception is looked at again within a year.
_LONGEST = timedelta(days=366)


class UnreadableExceptions(ValueError):  # noqa: N818 - it names the file
    """A file of exceptions with mistakes; the message names all of them."""


class PolicyException(BaseModel):
    """What every exception says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=20)
    owner: str = Field(min_length=3)
    expires: date

    @property
    def label(self) -> str:
        """How messages name it."""
        raise NotImplementedError

    def problem(self, today: date) -> str | None:
        """What is wrong with its date."""
        if self.expires < today:
            return f"{self.label}: expired on {self.expires}; fix what it lets stand, or {self.owner} renews it"
        if self.expires > today + _LONGEST:
            return f"{self.label}: expires on {self.expires}; allowed: within {_LONGEST.days} days"
        return None


Kind = TypeVar("Kind", bound=PolicyException)


def read_exceptions(files: Iterable[Path], name: str, kind: type[Kind]) -> list[Kind]:
    """Every entry of the list `name` in the files. Raises UnreadableExceptions with all mistakes."""
    found: list[Kind] = []
    mistakes: list[str] = []
    for file in files:
        try:
            entries = (parse_yaml(file.read_text()) or {}).get(name, [])
        except (OSError, AttributeError, yaml.YAMLError) as error:
            mistakes.append(f"{file}: cannot be read as YAML with a list `{name}`: {error}")
            continue
        for number, entry in enumerate(entries, start=1):
            try:
                found.append(kind.model_validate(entry))
            except ValidationError as error:
                mistakes += [f"{file}: {name} {number}: {_said(one['loc'], one['msg'])}" for one in error.errors()]
    if mistakes:
        raise UnreadableExceptions("\n".join(mistakes))
    return found


def _said(where: Sequence[int | str], message: str) -> str:
    return f"{'.'.join(map(str, where))}: {message}"
