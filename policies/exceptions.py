"""Exceptions to the policies: each with a reason, an owner, and an expiry date."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from policies.errors import RulesError
from policies.yaml_model import Entry, read_model

# For longer, nobody remembers the reason: an exception is reviewed within a year.
_LONGEST = timedelta(days=366)


class UnreadableExceptions(ValueError):  # noqa: N818 - it names the file
    """A file of exceptions with mistakes; the message names all of them."""


class PolicyException(Entry):
    """What every exception says."""

    reason: str = Field(min_length=20)
    owner: str = Field(min_length=3)
    expires: date

    @property
    def label(self) -> str:
        """How messages name it."""
        raise NotImplementedError

    def problem(self, today: date) -> str | None:
        """The problem with its date."""
        if self.expires < today:
            return f"{self.label}: expired on {self.expires}; fix the finding, or {self.owner} renews the exception"
        if self.expires > today + _LONGEST:
            return f"{self.label}: expires on {self.expires}; allowed: within {_LONGEST.days} days"
        return None


File = TypeVar("File", bound=Entry)


def read_exceptions(files: Iterable[Path], kind: type[File]) -> list[File]:
    """Each file, which may be empty, as `kind`. Raises UnreadableExceptions with all mistakes of all files."""
    found: list[File] = []
    mistakes: list[str] = []
    for file in files:
        try:
            found.append(read_model(file, kind, may_be_empty=True))
        except RulesError as error:
            mistakes.append(str(error))
    if mistakes:
        raise UnreadableExceptions("\n".join(mistakes))
    return found
