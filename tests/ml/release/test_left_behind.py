"""Which roll-back a run has to complete, by table: one that was recorded by a run that died."""

from datetime import UTC, datetime, timedelta

import pytest

from ml.records.promotions import Cause, Moved
from ml.release.rollback import left_behind

START = datetime(2026, 1, 1, tzinfo=UTC)


def _moved(minute: int, alias: str, from_version: int | None, to_version: int, cause: Cause) -> Moved:
    return Moved(
        alias=alias,
        from_version=from_version,
        to_version=to_version,
        cause=str(cause),
        reason="",
        promoted_by="",
        promoted_at=START + timedelta(minutes=minute),
        run_id=f"run-{minute}",
    )


PROMOTED = (_moved(1, "champion", 1, 2, Cause.GATES), _moved(1, "previous", None, 1, Cause.GATES))
BACK = (*PROMOTED, _moved(2, "champion", 2, 1, Cause.ROLLBACK), _moved(2, "previous", 1, 2, Cause.ROLLBACK))
AGAIN = (*BACK, _moved(3, "champion", 1, 3, Cause.GATES), _moved(3, "previous", 2, 1, Cause.GATES))
UNTOUCHED, HALFWAY, DONE = ({"champion": c, "previous": p} for c, p in ((2, 1), (1, 1), (1, 2)))


@pytest.mark.parametrize(
    ("moved", "now", "to_version", "expected"),
    [
        ((), {}, None, []),
        (PROMOTED, UNTOUCHED, None, []),
        (BACK, UNTOUCHED, None, [("champion", 1), ("previous", 2)]),
        (BACK, HALFWAY, None, [("champion", 1), ("previous", 2)]),
        (BACK, HALFWAY, 1, [("champion", 1), ("previous", 2)]),
        (BACK, HALFWAY, 2, []),
        (BACK, DONE, None, []),
        (AGAIN, {"champion": 3, "previous": 1}, None, []),
    ],
)
def test_what_is_left_of_a_roll_back(
    moved: tuple[Moved, ...], now: dict[str, int], to_version: int | None, expected: list[tuple[str, int]]
) -> None:
    """All of its moves while an alias is still where it came from, unless another version is asked for; else none."""
    assert [(move.alias, move.to_version) for move in left_behind(moved, now, to_version)] == expected
