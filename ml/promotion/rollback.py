"""Task `rollback` of job `<usecase>-rollback`: a version that was live before is live again, endpoint included.

The endpoint changes first, so that a version which cannot be served moves no alias. Then the moves are recorded, then
made: a retry of the run, or the next run where this one was killed, finds them recorded and makes what is left. Rolling
back again returns.
"""

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import mlflow

from ml import parameters, runtime
from ml.aliases import CHAMPION, PREVIOUS
from ml.gates import evidence
from ml.gates.evidence import Judged, aliases, version_number
from ml.gates.principal import principal
from ml.parameters import Common
from ml.promotion.ledger import Cause, Moved, ledger
from ml.promotion.moves import Move, return_moves
from ml.promotion.promote import apply
from ml.serving.deploy import declared_endpoint, serve, skipped
from ml.serving.endpoint import NotServingError


class NoReturnError(RuntimeError):
    """There is no version to roll back to."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks for the roll-back, and why."""

    by: str
    reason: str


def main(arguments: Sequence[str] | None = None) -> None:
    """Make an earlier version champion; run by job `<usecase>-rollback`."""
    flags = parameters.parser("rollback")
    flags.add_argument("--to-version", default=None, type=_optional_version, help="default: @previous")
    flags.add_argument("--reason", required=True, type=parameters.told)
    flags.add_argument("--by", required=True, type=parameters.told)
    parsed = flags.parse_args(arguments)
    common = parameters.common(parsed)
    subject = evidence.opened(common, live_version(common))
    roll_back(subject, parsed.to_version, Asked(by=parsed.by, reason=parsed.reason))


def roll_back(subject: Judged, to_version: int | None, asked: Asked) -> None:
    """Move the endpoint and the aliases from `subject`'s version, which is live, and record it."""
    moved = ledger(subject).moved()
    now = aliases(subject.client, subject.name)
    begun = recorded_moves(moved, subject.common.run_id) or left_behind(moved, now, to_version)
    target = (
        begun[0].to_version
        if begun
        else target_of(
            subject.version, to_version=to_version, previous=subject.alias(PREVIOUS), been_live=champions(moved)
        )
    )
    assert target is not None, "no recorded move takes an alias away"
    made = begun or return_moves(target, now)
    answered = _serve(subject, target)
    if not begun:
        ledger(subject).append(
            made,
            run_id=subject.common.run_id,
            cause=Cause.ROLLBACK,
            reason=asked.reason,
            by=f"{asked.by}, through {principal(subject.tables.spark)}",
        )
    for move in made:
        apply(subject, move)
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
        endpoint=answered,
    )


def live_version(common: Common) -> int:
    """The champion. Raises NoReturnError where none is live, so that nothing can be rolled back."""
    name = common.use_case.model.full_name(common.catalog, common.use_case.name)
    live = aliases(mlflow.MlflowClient(), name).get(CHAMPION)
    if live is None:
        raise NoReturnError(f"{name} has no @{CHAMPION}, so nothing is live that could be rolled back")
    return live


def champions(moved: Sequence[Moved]) -> frozenset[int]:
    """Every version that was ever live, so passed its gates. Pure."""
    return frozenset(move.to_version for move in moved if move.alias == CHAMPION)


def target_of(live: int, *, to_version: int | None, previous: int | None, been_live: Collection[int]) -> int:
    """The version to go to: the one named, or `previous`. Pure.

    Raises NoReturnError where there is none, or it was never live: a roll-back is no way around the gates.
    """
    target = previous if to_version is None else to_version
    if target is None or (to_version is None and target == live):
        raise NoReturnError(f"version {live} is live and no other was before it: name one with --to-version")
    if target not in been_live:
        known = ", ".join(str(version) for version in sorted(been_live)) or "none"
        raise NoReturnError(
            f"version {target} was never live, so it cannot come back (these were: {known}); "
            "a new version goes live by the promotion job"
        )
    return target


def recorded_moves(moved: Sequence[Moved], run_id: str) -> tuple[Move, ...]:
    """The moves that this run recorded before it died, the champion's first. Pure."""
    mine = [move for move in moved if move.run_id == run_id and move.cause == Cause.ROLLBACK]
    found = (Move(alias=move.alias, from_version=move.from_version, to_version=move.to_version) for move in mine)
    return tuple(sorted(found, key=lambda move: move.alias != CHAMPION))


def left_behind(moved: Sequence[Moved], now: Mapping[str, int], to_version: int | None) -> tuple[Move, ...]:
    """The moves of a roll-back to that version (None: to any) whose run recorded them and died before all were made.

    Empty where there is none. `now` are the aliases; only the newest record can be unfinished. Pure.
    """
    newest = moved[-1] if moved else None
    if newest is None or newest.cause != Cause.ROLLBACK:
        return ()
    recorded = recorded_moves(moved, newest.run_id)
    unmade = any(now.get(move.alias) == move.from_version for move in recorded)
    return recorded if unmade and to_version in (None, recorded[0].to_version) else ()


def _serve(subject: Judged, target: int) -> str:
    """Serve `target`; where it cannot be served, what is live stays, and the error is raised again."""
    endpoint = declared_endpoint(subject)
    if endpoint is None:
        return skipped(subject)
    try:
        answered = serve(subject, endpoint, target)
    except NotServingError:
        endpoint.serve(subject.version)
        raise
    return f"version {target} answers in {answered.latency_ms:.0f} ms"


def _optional_version(text: str) -> int | None:
    """A version, or None for the job parameter's empty default."""
    try:
        return version_number(text) if text else None
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or leave it empty for @{PREVIOUS}") from error
