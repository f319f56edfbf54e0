"""A check, what it yields, and how its answer is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cli.doctor.deployed_environment import DeployedEnvironment


class Result(StrEnum):
    """UNKNOWN could not be asked or was not answered; NOT_ASKED does not apply, and says why."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with `subject`, and the fix."""

    subject: str
    wrong: str
    fix: str


class NotAskedError(Exception):
    """The check does not apply here; the message says why."""


class UnknownAnswerError(Exception):
    """What the check needs to know could not be asked, or was left out of the answer; the message says what."""


Ask = Callable[[DeployedEnvironment], Iterator[Fault]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """`name` is what must hold, in the words of its function."""

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
    """A check named after its function."""
    return Check(name=ask.__name__.replace("_", " "), ask=ask)
