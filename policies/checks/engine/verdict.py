"""A check's verdict on a resource, and helpers that checks share."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .values import Block, Expression, Scalar


class Result(StrEnum):
    """UNKNOWN is a separate result: the check cannot decide, and says so."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


_ORDER = {Result.PASS: 0, Result.UNKNOWN: 1, Result.FAIL: 2}


@dataclass(frozen=True)
class Verdict:
    """`reason` gives the actual and the allowed value; it contains no value that could be a secret."""

    result: Result
    reason: str = ""


_PASSED = Verdict(Result.PASS)


def passed(reason: str = "") -> Verdict:
    """The resource meets the rule."""
    return Verdict(Result.PASS, reason) if reason else _PASSED


def failed(reason: str) -> Verdict:
    """The resource breaks the rule."""
    return Verdict(Result.FAIL, reason)


def unknown(reason: str) -> Verdict:
    """The document does not contain the answer."""
    return Verdict(Result.UNKNOWN, reason)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first of the worst verdicts; a pass if there are none."""
    found: Verdict | None = None
    for verdict in verdicts:
        if found is None or (verdict is not found and _ORDER[verdict.result] > _ORDER[found.result]):
            found = verdict
    return found or _PASSED


def expect(block: Block, path: str, *allowed: Scalar, missing: Verdict | None = None) -> Verdict:
    """Whether every value at `path` is one of `allowed`. An unset value fails, unless `missing` says otherwise."""
    found = block.values(path)
    if not found:
        return missing or failed(f"{path} is not set; allowed: {_listed(allowed)}")
    return worst(_expect_one(path, value, allowed) for value in found)


def expect_between(block: Block, path: str, low: float, high: float, *, missing: Verdict | None = None) -> Verdict:
    """Whether every number at `path` is `low` to `high`. An unset value fails, unless `missing` says otherwise."""
    found = block.values(path)
    if not found:
        return missing or failed(f"{path} is not set; allowed: {low:g} to {high:g}")
    return worst(_between(path, value, low, high) for value in found)


def computed(path: str, value: Expression) -> Verdict:
    """The verdict on a value that is known only to Terraform."""
    return unknown(f"{path} is computed ({value.text}); a literal could be checked")


def same(value: Scalar, wanted: Scalar) -> bool:
    """Equality in Terraform's terms: `true` equals `"true"`, text is case-sensitive."""
    return _plain(value) == _plain(wanted)


def _plain(value: Scalar) -> str:
    return str(value).upper()


def _expect_one(path: str, value: Scalar, allowed: tuple[Scalar, ...]) -> Verdict:
    if isinstance(value, Expression):
        return computed(path, value)
    if any(same(value, wanted) for wanted in allowed):
        return passed()
    return failed(f"{path} is {_shown(value)}; allowed: {_listed(allowed)}")


def _between(path: str, value: Scalar, low: float, high: float) -> Verdict:
    if isinstance(value, Expression):
        return computed(path, value)
    try:
        number = float(value)
    except ValueError:
        return failed(f"{path} is {_shown(value)}; allowed: a number, {low:g} to {high:g}")
    return passed() if low <= number <= high else failed(f"{path} is {number:g}; allowed: {low:g} to {high:g}")


def _shown(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(allowed: tuple[Scalar, ...]) -> str:
    return " or ".join(_shown(value) for value in allowed)
