"""Task `rollback` of job `<usecase>-rollback`: a version that was live before is live again, endpoint included.

The task first records the moves, then changes the endpoint, then the aliases. So the run after a killed one finds the
plan and completes it. If the version cannot be served, no alias moves, and a second record cancels the first. Rolling
back again returns. To roll back one part, the task first makes the version that becomes live.
"""

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import mlflow

from ml import parameters, runtime
from ml.parameters import Common
from ml.principal import principal
from ml.records.promotions import Cause, Move, Moved, champions, ledger
from ml.release import other_places, part
from ml.release.alias_moves import apply, return_moves
from ml.release.deploy import declared_endpoint, finish_return, serve, skipped
from ml.release.endpoint import Endpoint, NotServingError
from ml.versions import version_task
from ml.versions.aliases import CHAMPION, PREVIOUS
from ml.versions.version_task import Subject, aliases, version_number


class NoReturnError(RuntimeError):
    """There is no version to roll back to."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The requester, the reason, the part (empty: the whole), and the other places that serve the model."""

    by: str
    reason: str
    part: str = ""
    other_places: tuple[str, ...] = ()


def main(arguments: Sequence[str] | None = None) -> None:
    """Make an earlier version champion; run by job `<usecase>-rollback`."""
    flags = parameters.of_model("rollback")
    flags.add_argument("--to-version", default=None, type=_optional_version, help="default: @previous")
    flags.add_argument("--part", default="", help="only this part of the model; empty: the whole version")
    flags.add_argument("--reason", required=True, type=parameters.told)
    flags.add_argument("--by", required=True, type=parameters.told)
    other_places.add_flag(flags)
    parsed = flags.parse_args(arguments)
    common = parameters.common(parsed)
    subject = version_task.opened(common, live_version(common))
    asked = Asked(by=parsed.by, reason=parsed.reason, part=parsed.part.strip(), other_places=parsed.other_places)
    roll_back(subject, parsed.to_version, asked)


def roll_back(subject: Subject, to_version: int | None, asked: Asked) -> None:
    """Move the endpoint and the aliases from `subject`'s version, which is live, and record it."""
    endpoint = declared_endpoint(subject)
    if finish_return(subject, endpoint):
        subject = replace(subject, version=live_version(subject.common))
        if not asked.part and to_version in (None, subject.version):
            _report(subject, (), subject.version, asked, "completed a return that an earlier run had left half-way")
            return
    with_part = part.with_part(subject, asked.part, to_version, asked.reason) if asked.part else None
    made, recorded_before = planned_moves(subject, with_part or to_version, made_here=with_part)
    target = made[0].to_version if made else subject.version
    assert target is not None, "no recorded move removes an alias"
    if not recorded_before:
        reason = f"{asked.part} alone: {asked.reason}" if asked.part else asked.reason
        _record(subject, made, Cause.ROLLBACK, reason, by=f"{asked.by}, through {principal(subject.tables.spark)}")
    answered = _serve(subject, endpoint, target, made)
    for move in made:
        apply(subject, move)
    _report(subject, made, target, asked, answered)


def planned_moves(
    subject: Subject, to_version: int | None, *, made_here: int | None = None
) -> tuple[tuple[Move, ...], bool]:
    """The planned moves, the champion first, and whether they are already recorded, by this run or one that died.

    `made_here`: a version that this run made from parts that were live. Raises NotServingError if an earlier attempt
    of this run could not serve the version.
    """
    moved, now = ledger(subject).moved(), aliases(subject.client, subject.name)
    mine = recorded_moves(moved, subject.common.run_id)
    if mine and withdrawn(moved, subject.common.run_id):
        raise NotServingError(
            f"this run found that version {mine[0].to_version} cannot be served: see the run's first attempt"
        )
    begun = mine or left_behind(moved, now, to_version)
    if begun:
        return begun, True
    previous = subject.alias(PREVIOUS)
    been_live = {*champions(moved), *([made_here] if made_here else [])}
    target = target_of(subject.version, to_version=to_version, previous=previous, been_live=been_live)
    return return_moves(target, now), False


def _record(subject: Subject, made: Sequence[Move], cause: Cause, reason: str, *, by: str) -> None:
    ledger(subject).append(made, run_id=subject.common.run_id, cause=cause, reason=reason, by=by)


def _report(subject: Subject, made: Sequence[Move], target: int, asked: Asked, answered: str) -> None:
    runtime.set_task_value("champion", target)
    runtime.report(
        task="rollback",
        rows_in=len(made),
        rows_kept=len(made),
        rows_quarantined=0,
        model=subject.name,
        champion=target,
        was=next((move.from_version for move in made if move.alias == CHAMPION), target),
        by=asked.by,
        **({"part": asked.part} if asked.part else {}),
        endpoint=answered,
        **other_places.reported(asked.other_places, subject, target),
    )


def live_version(common: Common) -> int:
    """The champion. Raises NoReturnError if none is live, so that nothing can be rolled back."""
    name = common.model_name
    live = aliases(mlflow.MlflowClient(), name).get(CHAMPION)
    if live is None:
        raise NoReturnError(f"{name} has no @{CHAMPION}, so there is no live version to roll back")
    return live


def target_of(live: int, *, to_version: int | None, previous: int | None, been_live: Collection[int]) -> int:
    """The target version: the named one, or `previous`. Pure.

    Raises NoReturnError if there is none, or it was never live: a roll-back must not bypass the gates.
    """
    target = previous if to_version is None else to_version
    if target is None or (to_version is None and target == live):
        raise NoReturnError(f"version {live} is live and no other was live before it: name one with --to-version")
    if target not in been_live:
        known = ", ".join(str(version) for version in sorted(been_live)) or "none"
        raise NoReturnError(
            f"version {target} was never live, so it cannot come back (versions that were: {known}); "
            "a new version goes live through the promotion job"
        )
    return target


def recorded_moves(moved: Sequence[Moved], run_id: str) -> tuple[Move, ...]:
    """The moves that this run recorded before it died, the champion's first. Pure."""
    mine = [move for move in moved if move.run_id == run_id and move.cause == Cause.ROLLBACK]
    found = (Move(alias=move.alias, from_version=move.from_version, to_version=move.to_version) for move in mine)
    return tuple(sorted(found, key=lambda move: move.alias != CHAMPION))


def withdrawn(moved: Sequence[Moved], run_id: str) -> bool:
    """Whether this run cancelled its roll-back because the endpoint could not serve the version. Pure."""
    return any(move.run_id == run_id and move.cause == Cause.SERVING for move in moved)


def left_behind(moved: Sequence[Moved], now: Mapping[str, int], to_version: int | None) -> tuple[Move, ...]:
    """The moves of a roll-back to that version (None: to any) that a run recorded but died before making them all.

    Empty if there are none. `now`: the aliases; only the newest record can be unfinished. Pure.
    """
    newest = moved[-1] if moved else None
    if newest is None or newest.cause != Cause.ROLLBACK:
        return ()
    recorded = recorded_moves(moved, newest.run_id)
    unmade = any(now.get(move.alias) == move.from_version for move in recorded)
    return recorded if unmade and to_version in (None, recorded[0].to_version) else ()


def _serve(subject: Subject, endpoint: Endpoint | None, target: int, made: Sequence[Move]) -> str:
    """Serve `target`. If that fails, cancel the record, keep the live version, and raise the error."""
    if endpoint is None:
        return skipped(subject)
    try:
        answered = serve(subject, endpoint, target)
    except NotServingError as error:
        back = [Move(alias=move.alias, from_version=move.to_version, to_version=move.from_version) for move in made]
        reason = f"version {target} could not be served: {error}"
        _record(subject, back, Cause.SERVING, reason, by=principal(subject.tables.spark))
        endpoint.serve(subject.version)
        raise
    return f"version {target} answers in {answered.latency_ms:.0f} ms"


def _optional_version(text: str) -> int | None:
    """A version, or None for the job parameter's empty default."""
    try:
        return version_number(text) if text else None
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or leave it empty for @{PREVIOUS}") from error
