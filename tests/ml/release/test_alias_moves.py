"""Alias moves, and every moment at which a promotion can die."""

import pytest

from ml.records.gate_results import ALL_GATES
from ml.records.promotions import Move
from ml.release.alias_moves import NotReleasedError, moves, require_released, unrecorded

_PASSED = dict.fromkeys(ALL_GATES, "pass")


@pytest.mark.parametrize("gate", ALL_GATES)
@pytest.mark.parametrize("verdict", ["fail", "", "PASS", None])
def test_one_gate_short_of_pass_refuses(gate: str, verdict: str | None) -> None:
    """Failed, empty, misspelt or missing: the message names the gate."""
    verdicts = {name: found for name, found in {**_PASSED, gate: verdict}.items() if found is not None}
    with pytest.raises(NotReleasedError, match=f"m version 2 is not promoted.*{gate}: "):
        require_released("m version 2", verdicts)


def test_four_passes_release() -> None:
    """No refusal."""
    require_released("m version 2", _PASSED)


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [
        ({"challenger": 1}, [("champion", None, 1), ("challenger", 1, None)]),
        ({"challenger": 1, "champion": 1}, [("challenger", 1, None)]),
        ({"champion": 1}, []),
        ({"champion": 5, "challenger": 1}, [("previous", None, 5), ("champion", 5, 1), ("challenger", 1, None)]),
        ({"champion": 5, "previous": 4}, [("previous", 4, 5), ("champion", 5, 1)]),
        ({"champion": 5, "previous": 5}, [("champion", 5, 1)]),
        ({"champion": 1, "previous": 5, "challenger": 6}, []),
    ],
)
def test_moves_are_those_left_to_make(
    aliases: dict[str, int], expected: list[tuple[str, int | None, int | None]]
) -> None:
    """Version 1 goes live, from nothing, from the middle of a promotion, or when it is live already."""
    assert [(m.alias, m.from_version, m.to_version) for m in moves(1, aliases)] == expected


def _after(aliases: dict[str, int], made: tuple[Move, ...]) -> dict[str, int]:
    now = dict(aliases)
    for move in made:
        if move.to_version is None:
            del now[move.alias]
        else:
            now[move.alias] = move.to_version
    return now


@pytest.mark.parametrize("start", [{"challenger": 3}, {"champion": 2, "challenger": 3}, {"champion": 2, "previous": 1}])
@pytest.mark.parametrize("dies_after", range(4))
def test_a_promotion_that_dies_anywhere_leaves_one_champion_and_is_completed(
    start: dict[str, int], dies_after: int
) -> None:
    """Whatever is done, the old or the new version is champion; a rerun ends as an undisturbed run does."""
    undisturbed = _after(start, moves(3, start))
    died = _after(start, moves(3, start)[:dies_after])
    assert died.get("champion") in (start.get("champion"), 3)
    assert _after(died, moves(3, died)) == undisturbed
    assert undisturbed["champion"] == 3
    assert undisturbed.get("previous") == start.get("champion")


@pytest.mark.parametrize(
    ("aliases", "last", "expected"),
    [
        ({"champion": 3}, {}, [("champion", None, 3)]),
        ({"champion": 3, "previous": 2}, {"champion": 2}, [("previous", None, 2), ("champion", 2, 3)]),
        (
            {"champion": 3, "previous": 2},
            {"champion": 2, "previous": 1},
            [("previous", 1, 2), ("champion", 2, 3)],
        ),
        ({"champion": 3, "previous": 2}, {"champion": 3, "previous": 2}, []),
        ({"champion": 2, "previous": 1}, {"champion": 1}, []),
    ],
)
def test_the_record_follows_the_aliases(
    aliases: dict[str, int], last: dict[str, int], expected: list[tuple[str, int | None, int | None]]
) -> None:
    """Moves to version 3 that were made and not recorded; nothing while another version is champion."""
    assert [(m.alias, m.from_version, m.to_version) for m in unrecorded(3, aliases, last)] == expected
