"""What the story of a jump must come to, and what it must not."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ml.usecases.energy.declaration import USE_CASE
from ml.usecases.energy.demo.checks import checks
from ml.usecases.energy.demo.story import STORY
from ml.usecases.story import Records

pytestmark = pytest.mark.fast

_SHIFT, _LATER = "2024-04-17", "2024-04-25"
_CHECKS = checks(quiet=("2024-04-14", "2024-04-15"), shift=_SHIFT, settled=(_LATER,))
_QUIET, _SEEN, _SETTLED = (check.name for check in _CHECKS)


@dataclass(frozen=True)
class _Version:
    number: int
    aliases: tuple[str, ...] = ()
    created: str = "2024-05-01T00:00:00"
    tags: dict[str, str] = field(default_factory=dict)


def _drift(day: str, verdict: str, metric: str = "ks") -> dict[str, Any]:
    return {"period": day, "metric": metric, "column": "load_0", "verdict": verdict}


def _error(day: str, verdict: str) -> dict[str, Any]:
    return {"period": day, "metric": "scaled_error", "column": "", "verdict": verdict, "value": "0.91"}


def _decided(action: str, *days: str) -> list[dict[str, Any]]:
    return [{"period": day, "action": action} for day in days]


def _live(version: int) -> dict[str, Any]:
    return {"alias": "champion", "to_version": str(version), "cause": "gates"}


_CALM = _decided("nothing", "2024-04-14", "2024-04-15")


def _records() -> Records:
    """As it must be."""
    return Records(
        calendar=USE_CASE.judging,
        versions=[_Version(1, ("champion",))],
        gates=[],
        moves=[_live(1)],
        decisions=[*_CALM, *_decided("alert", _SHIFT, _LATER)],
        alerts=[],
        metrics=[_drift("2024-04-16", "ok"), _drift(_SHIFT, "breach"), _error(_SHIFT, "breach"), _error(_LATER, "ok")],
    )


def _failed(records: Records) -> list[str]:
    return [check.name for check in _CHECKS if not check.judge(records).holds]


def test_a_jump_that_is_seen_and_outlived_holds() -> None:
    """By either measure of drift."""
    assert _failed(_records()) == []
    by_psi = [_drift(_SHIFT, "breach", metric="psi"), _error(_LATER, "ok")]
    assert _failed(replace(_records(), metrics=by_psi)) == []


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        (replace(_records(), decisions=[*_decided("alert", "2024-04-14"), *_records().decisions[1:]]), [_QUIET]),
        (replace(_records(), decisions=_records().decisions[1:]), [_QUIET]),
        (replace(_records(), metrics=[_drift("2024-04-16", "breach"), *_records().metrics]), [_SEEN]),
        (replace(_records(), metrics=[_error(_LATER, "ok")]), [_SEEN]),
        (replace(_records(), decisions=[*_CALM, *_decided("nothing", _SHIFT)]), [_SEEN]),
        (replace(_records(), metrics=[_drift(_SHIFT, "breach"), _error(_LATER, "breach")]), [_SETTLED]),
        (replace(_records(), metrics=[_drift(_SHIFT, "breach")]), [_SETTLED]),
        (replace(_records(), decisions=[*_records().decisions, *_decided("retrain", "2024-04-26")]), [_SETTLED]),
        (replace(_records(), moves=[_live(2)], versions=[_Version(2, ("champion",))]), [_SETTLED]),
    ],
)
def test_what_is_not_as_known_is_seen(broken: Records, names: list[str]) -> None:
    """By the check that is about it, and by no other."""
    assert _failed(broken) == names


def test_the_story_names_days_of_its_own() -> None:
    """Quiet days lie between the first delivery and the shift, and the settled ones a week after it."""
    assert [check.name for check in STORY.checks] == [_QUIET, _SEEN, _SETTLED]
    assert STORY.shift_period == _SHIFT
    assert STORY.deliveries[1] < _SHIFT < STORY.deliveries[2]
