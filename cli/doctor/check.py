"""A check, its findings, and how to read them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cli.doctor.deployed_environment import DeployedEnvironment


class Result(StrEnum):
    """UNKNOWN: the query failed or had no answer. NOT_ASKED: the check does not apply, with the reason."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault of `subject`, and its fix."""

    subject: str
    wrong: str
    fix: str


class NotAskedError(Exception):
    """The check does not apply here; the message gives the reason."""


class UnknownAnswerError(Exception):
    """A fact that the check needs could not be queried, or was missing from the answer; the message says which."""


Ask = Callable[[DeployedEnvironment], Iterator[Fault]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """`name` is the condition that must hold, in the words of its function."""

    name: str
    ask: Ask


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the report."""

    check: str
    result: Result
    subject: str = ""
    what: str = ""
    fix: str = ""


def check(ask: Ask) -> Check:
    """A check, named after its function."""
    return Check(name=ask.__name__.replace("_", " "), ask=ask)
