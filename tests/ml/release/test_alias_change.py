"""A live version that changed: what its record says, and that a move without one is found."""

from datetime import UTC, datetime

import pytest

from ml.records.promotions import Moved
from ml.release.alias_change import UnrecordedMoveError, recorded_move

MODEL = "prod.credit_ops.default_risk"


def _moved(to: int, was: int | None, alias: str = "champion") -> Moved:
    return Moved(
        alias=alias,
        from_version=was,
        to_version=to,
        cause="gates",
        reason=f"version {to} passed all gates in run {to}0",
        promoted_by="prod-credit-promotion",
        promoted_at=datetime(2026, 1, to, tzinfo=UTC),
        run_id=f"{to}0",
    )


def test_a_recorded_move_says_who_made_it_and_why() -> None:
    """The newest of the alias; what other aliases did is not asked."""
    moved = (_moved(1, None), _moved(2, 1), _moved(1, None, alias="previous"))
    assert recorded_move(MODEL, {"champion": 2, "previous": 1}, moved) == (
        f"version 2 of {MODEL} is live, in place of version 1: version 2 passed all gates in run 20 "
        "(by prod-credit-promotion, run 20)"
    )


@pytest.mark.parametrize(
    ("aliases", "said"),
    [
        ({"champion": 3}, "names version 3, but the newest record names version 2"),
        ({}, "names no version, but the newest record names version 2"),
    ],
)
def test_a_move_past_the_record_fails(aliases: dict[str, int], said: str) -> None:
    """It says what the alias names, what the record says, and by what to move it."""
    with pytest.raises(UnrecordedMoveError, match=said):
        recorded_move(MODEL, aliases, (_moved(1, None), _moved(2, 1)))
    with pytest.raises(UnrecordedMoveError, match="there is no record of a move"):
        recorded_move(MODEL, {"champion": 1}, ())
