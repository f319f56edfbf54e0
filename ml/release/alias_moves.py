"""The alias moves when a version goes live or returns, in a crash-safe order; and moving one."""

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
    """The moves that remain until `version` is champion; empty if it is and there is no challenger.

    `@previous` first: whenever the process dies, exactly one version is champion, and a rerun finds the remaining
    moves.
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
    """Moves that were never recorded, for example made by hand, if one of them made `version` champion.

    `aliases`: the current ones; `last`: the newest recorded version of each alias.
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
    """The moves that remain until `version` is champion again and the live version is `@previous`. Pure.

    So rolling back twice restores the start. The champion moves first because it matters most.
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
