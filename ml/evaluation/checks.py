"""One check of a gate, in plain words with its figures. Pure."""

import math
from dataclasses import dataclass

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check in plain words with its figures. Not `known`: too little data to decide, so not passed."""

    passed: bool
    text: str
    known: bool = True


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def at_least(name: str, value: object, limit: float, unit: str = "") -> Check:
    """`value` must be a number of at least `limit`."""
    return _bounded(name, value, limit, unit, words=("at least", "under"), passed=_number(value) >= limit)


def at_most(name: str, value: object, limit: float, unit: str = "") -> Check:
    """`value` must be a number of at most `limit`."""
    return _bounded(name, value, limit, unit, words=("at most", "over"), passed=_number(value) <= limit)


def _bounded(name: str, value: object, limit: float, unit: str, *, words: tuple[str, str], passed: bool) -> Check:
    number, suffix = _number(value), f" {unit}" if unit else ""
    if not math.isfinite(number):
        return Check(passed=False, text=f"{name} is unknown ({value}), {words[0]} {limit:g}{suffix} is required")
    relation = f"{words[0]} {limit:g}" if passed else f"{words[1]} the limit {limit:g}"
    return Check(passed=passed, text=f"{name} {number:.4g}{suffix} is {relation}{suffix}")
