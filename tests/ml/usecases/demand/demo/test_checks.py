"""What the story of a jump must come to, and what it must not."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ml.declarations import Calendar, Period
from ml.usecases.demand.demo.checks import checks
from ml.usecases.story import Records

pytestmark = pytest.mark.fast

_CHECKS = checks(quiet=("2011-W39", "2011-W40"), shift="2011-W42", retrained="2011-W47")
_QUIET, _SEEN, _ASKED, _REPLACED = (check.name for check in _CHECKS)


@dataclass(frozen=True)
class _Version:
    number: int
    aliases: tuple[str, ...] = ()
    created: str = "2011-12-01T00:00:00"
    tags: dict[str, str] = field(default_factory=dict)


def _psi(week: str, verdict: str) -> dict[str, Any]:
    return {"period": week, "metric": "psi", "column": "units_0", "verdict": verdict}


def _decided(**actions: str) -> list[dict[str, Any]]:
    return [{"period": f"2011-{week}", "action": action} for week, action in actions.items()]


def _live(version: int) -> dict[str, Any]:
    return {"alias": "champion", "to_version": str(version), "cause": "gates"}


_DECISIONS = _decided(W39="nothing", W40="nothing", W42="alert", W43="alert", W47="retrain")


def _records() -> Records:
    """As it must be."""
    return Records(
        calendar=Calendar(period=Period.WEEK),
        versions=[_Version(1), _Version(2, ("champion",))],
        gates=[],
        moves=[_live(1), _live(2)],
        decisions=_DECISIONS,
        alerts=[],
        metrics=[_psi("2011-W40", "ok"), _psi("2011-W42", "breach"), _psi("2011-W43", "breach")],
    )


def _failed(records: Records) -> list[str]:
    return [check.name for check in _CHECKS if not check.judge(records).holds]


def test_a_jump_that_is_answered_holds() -> None:
    """Nothing is found wrong with it."""
    assert _failed(_records()) == []


def test_a_version_that_a_roll_back_of_one_series_made_is_the_second_one() -> None:
    """It is what is live, and was not trained."""
    made = _Version(3, ("champion",), tags={"part": "20700|Germany", "part_of": "2", "part_from": "1"})
    moves = [_live(1), _live(2), {**_live(3), "cause": "rollback"}]
    assert _failed(replace(_records(), versions=[_Version(1), _Version(2), made], moves=moves)) == []


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        (replace(_records(), decisions=[*_decided(W39="alert"), *_DECISIONS[1:]]), [_QUIET]),
        (replace(_records(), decisions=_DECISIONS[1:]), [_QUIET]),
        (replace(_records(), metrics=[_psi("2011-W40", "breach"), *_records().metrics]), [_SEEN]),
        (replace(_records(), metrics=[]), [_SEEN]),
        (replace(_records(), decisions=[*_DECISIONS[:2], *_DECISIONS[3:]]), [_SEEN]),
        (replace(_records(), decisions=_DECISIONS[:-1]), [_ASKED]),
        (replace(_records(), decisions=[*_DECISIONS, *_decided(W48="retrain")]), [_ASKED]),
        (replace(_records(), moves=[_live(1)]), [_REPLACED]),
        (replace(_records(), versions=[_Version(1, ("champion",)), _Version(2)]), [_REPLACED]),
    ],
)
def test_what_is_not_as_known_is_seen(broken: Records, names: list[str]) -> None:
    """By the check that is about it, and by no other."""
    assert _failed(broken) == names
