"""The return to the previous version if the endpoint could not serve the new one: the aliases."""

from collections.abc import Sequence

from ml.records.promotions import Move, Moved, arrival
from ml.release.alias_moves import apply
from ml.versions.aliases import CHAMPION, PREVIOUS
from ml.versions.version_task import Subject


def return_aliases(subject: Subject, back: Moved, moved: Sequence[Moved]) -> None:
    """Move the aliases of the return. `@previous` first, because the restored champion marks it as finished."""
    assert back.from_version is not None, "a return leaves a version"
    earlier = previous_before(back.from_version, moved, now=subject.alias(PREVIOUS))
    if earlier.from_version != earlier.to_version:
        apply(subject, earlier)
    apply(subject, Move(alias=CHAMPION, from_version=back.from_version, to_version=back.to_version))


def previous_before(version: int, moved: Sequence[Moved], *, now: int | None) -> Move:
    """`@previous` back to where it was when `version` became champion. Pure."""
    came = arrival(version, moved)
    beside = [
        move
        for move in moved
        if came and move.alias == PREVIOUS and (move.run_id, move.cause) == (came.run_id, came.cause)
    ]
    return Move(alias=PREVIOUS, from_version=now, to_version=beside[-1].from_version if beside else now)
