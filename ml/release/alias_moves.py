"""Which aliases move when a version goes live or returns, in an order that no crash can harm; and moving one."""

from collections.abc import Mapping, Sequence

from ml.records.gate_results import ALL_GATES, Decision
from ml.records.promotions import Move
from ml.versions.aliases import CHALLENGER, CHAMPION, PREVIOUS
from ml.versions.version_task import Subject


class NotReleasedError(RuntimeError):
    """The gates have not passed the version in this run."""


def require_released(subject: str, verdicts: Mapping[str, str]) -> None:
    """Raise NotReleasedError unless every gate has passed."""
    missing = [
        f"{gate}: {verdicts.get(gate, 'no verdict')}" for gate in ALL_GATES if verdicts.get(gate) != Decision.PASS
    ]
    if missing:
        raise NotReleasedError(
            f"{subject} is not promoted: all of {', '.join(ALL_GATES)} must pass in this run, but {', '.join(missing)}"
        )


def moves(version: int, aliases: Mapping[str, int]) -> tuple[Move, ...]:
    """What remains to be moved until `version` is champion; nothing where it is and no challenger is left.

    `@previous` first: whatever moment the process dies at, exactly one version is champion, and a rerun
    finds the rest still to be done.
    """
    champion, previous = aliases.get(CHAMPION), aliases.get(PREVIOUS)
    found: list[Move] = []
    if champion != version:
        if champion is not None and previous != champion:
            found.append(Move(alias=PREVIOUS, from_version=previous, to_version=champion))
        found.append(Move(alias=CHAMPION, from_version=champion, to_version=version))
    if aliases.get(CHALLENGER) == version:
        found.append(Move(alias=CHALLENGER, from_version=version, to_version=None))
    return tuple(found)


def unrecorded(version: int, aliases: Mapping[str, int], last: Mapping[str, int]) -> Sequence[Move]:
    """Moves that were made and never recorded, as by a person's hand, if `version` is champion by one.

    `aliases` are as they are now, `last` the newest recorded version of each alias.
    """
    previous = aliases.get(PREVIOUS)
    if aliases.get(CHAMPION) != version or last.get(CHAMPION) == version:
        return ()
    lost = []
    if previous is not None and last.get(PREVIOUS) != previous:
        lost.append(Move(alias=PREVIOUS, from_version=last.get(PREVIOUS), to_version=previous))
    lost.append(Move(alias=CHAMPION, from_version=last.get(CHAMPION), to_version=version))
    return lost


def return_moves(version: int, aliases: Mapping[str, int]) -> tuple[Move, ...]:
    """What remains to be moved until `version` is champion again and what was live is `@previous`. Pure.

    So rolling back twice ends where it began. The champion moves first: it is what counts.
    """
    champion, previous = aliases.get(CHAMPION), aliases.get(PREVIOUS)
    if champion is None or champion == version:
        return ()
    found = [Move(alias=CHAMPION, from_version=champion, to_version=version)]
    if previous != champion:
        found.append(Move(alias=PREVIOUS, from_version=previous, to_version=champion))
    return tuple(found)


def apply(subject: Subject, move: Move) -> None:
    """Move one alias. Only the model's owner may."""
    if move.to_version is None:
        subject.client.delete_registered_model_alias(subject.name, move.alias)
    else:
        subject.client.set_registered_model_alias(subject.name, move.alias, str(move.to_version))
