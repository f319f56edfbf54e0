"""What the story of few patients must come to, and what it must not."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ml.declarations import Calendar
from ml.usecases.health.demo.checks import checks
from ml.usecases.story import Records

_ARRIVED = ("2025-01", "2025-02")
_WIDE, _UNKNOWN, _QUIET, _STAYS = (check.name for check in checks(arrived=_ARRIVED))


@dataclass(frozen=True)
class _Version:
    number: int
    aliases: tuple[str, ...] = ()
    created: str = "2025-04-01T00:00:00"
    tags: dict[str, str] = field(default_factory=dict)


def _gate(lower: float, upper: float) -> dict[str, Any]:
    interval = {"value": 56.0, "lower": lower, "upper": upper}
    inputs = json.dumps({"estimates": {"root_mean_squared_error": interval}})
    return {"version": "1", "gate": "comparison", "verdict": "pass", "inputs": inputs}


def _records() -> Records:
    """One version is live, and the months that arrived could not be told from the others."""
    return Records(
        calendar=Calendar(),
        versions=[_Version(1, ("champion",))],
        gates=[_gate(48.0, 64.0)],
        moves=[{"alias": "champion", "to_version": "1", "cause": "gates"}],
        decisions=[{"period": month, "action": "nothing", "reason": "Unknown: drift"} for month in _ARRIVED],
        alerts=[],
        metrics=[{"period": month, "metric": "psi", "column": "bmi", "verdict": "unknown"} for month in _ARRIVED],
    )


def _failed(records: Records) -> list[str]:
    return [check.name for check in checks(arrived=_ARRIVED) if not check.judge(records).holds]


def test_an_honest_story_holds() -> None:
    """Nothing is found wrong with it."""
    assert _failed(_records()) == []


_LIVE = {"alias": "champion", "to_version": "2", "cause": "gates"}
_SURE = {"period": "2025-02", "metric": "psi", "column": "ldl", "verdict": "ok"}


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        (replace(_records(), gates=[_gate(55.0, 57.0)]), [_WIDE]),
        (replace(_records(), gates=[]), [_WIDE]),
        (replace(_records(), metrics=[*_records().metrics, _SURE]), [_UNKNOWN]),
        (replace(_records(), metrics=_records().metrics[:1]), [_UNKNOWN]),
        (
            replace(_records(), decisions=[{"period": "2025-01-01", "action": "alert", "reason": "Unknown: x"}]),
            [_QUIET],
        ),
        (replace(_records(), moves=[*_records().moves, _LIVE], versions=[_Version(2, ("champion",))]), [_STAYS]),
        (replace(_records(), moves=[]), [_WIDE, _STAYS]),
    ],
)
def test_what_is_not_honest_is_seen(broken: Records, names: list[str]) -> None:
    """By the check that is about it, and by no other."""
    assert _failed(broken) == names


def test_a_check_says_what_it_found() -> None:
    """In the words of the report."""
    wide, unknown, quiet, stays = (check.judge(_records()).detail for check in checks(arrived=_ARRIVED))
    assert wide == "root mean squared error 56.0 points (48.0 to 64.0)"
    assert unknown == "2025-01: unknown; 2025-02: unknown"
    assert quiet == "2025-01 nothing: Unknown: drift; 2025-02 nothing: Unknown: drift"
    assert stays == "versions that were ever live: [1]; live is 1"
