"""Task `serving` of job `<usecase>-promotion`: the endpoint answers with the version that was just promoted.

Where it cannot, what was live before comes back, on the endpoint and by its alias, and the task fails. Without an
endpoint, as before phase two is deployed, there is nothing to do.
"""

from collections.abc import Sequence

from databricks.sdk import WorkspaceClient

from ml import runtime
from ml.aliases import CHAMPION, PREVIOUS
from ml.gates import evidence
from ml.gates.evidence import Judged
from ml.gates.principal import principal
from ml.promotion.ledger import Cause, Moved, arrival, ledger
from ml.promotion.moves import Move
from ml.promotion.promote import apply
from ml.serving.endpoint import Endpoint, NotServingError
from ml.serving.smoke import Answered, smoke_test


class NotLiveError(RuntimeError):
    """The version to serve is not the champion."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the promoted version; run by job `<usecase>-promotion`."""
    subject = evidence.judged("serving", arguments, reads_data=False)
    endpoint = declared_endpoint(subject)
    answered = deploy(subject, endpoint) if endpoint else None
    rows = answered.rows if answered else 0
    runtime.set_task_value("served", subject.version if answered else 0)
    runtime.report(
        task="serving",
        rows_in=rows,
        rows_kept=rows,
        rows_quarantined=0,
        version=subject.version,
        latency_ms=round(answered.latency_ms, 1) if answered else None,
        skipped="" if answered else skipped(subject),
    )


def declared_endpoint(subject: Judged) -> Endpoint | None:
    """The endpoint of the use case, where one is declared and deployed."""
    serving = subject.common.use_case.serving
    if serving is None:
        return None
    endpoint = Endpoint(workspace=WorkspaceClient(), serving=serving, model=subject.name)
    return endpoint if endpoint.exists() else None


def skipped(subject: Judged) -> str:
    """Why nothing is served, and what would change that."""
    serving = subject.common.use_case.serving
    if serving is None:
        return f"use case {subject.common.use_case.name} declares no serving"
    return f"there is no endpoint {serving.endpoint} yet: deploy the stack <env>-serving, which serves @champion"


def serve(subject: Judged, endpoint: Endpoint, version: int) -> Answered:
    """Send the traffic to `version` and ask it. Raises NotServingError where it does not take or answer it."""
    endpoint.serve(version)
    return smoke_test(subject, endpoint, version)


def deploy(subject: Judged, endpoint: Endpoint) -> Answered:
    """Serve the champion, or bring back what was live before and raise NotServingError."""
    finish_return(subject)
    live = subject.alias(CHAMPION)
    if live != subject.version:
        raise NotLiveError(
            f"{subject.name} version {subject.version} is not live, version {live} is: only the champion is served; "
            "run the promotion job for this version"
        )
    try:
        return serve(subject, endpoint, subject.version)
    except NotServingError as error:
        told = fall_back(subject, endpoint, error)
        raise NotServingError(f"{error}. {told}") from error


def fall_back(subject: Judged, endpoint: Endpoint, error: NotServingError) -> str:
    """Bring back what was live before, on the endpoint and by its alias. What was done, in words."""
    moved = ledger(subject).moved()
    came = arrival(subject.version, moved)
    if came is None or came.from_version is None:
        return "No version was live before it, so it stays champion, for batch scoring"
    told = _restore(endpoint, came.from_version)
    # Recorded before the aliases move: a run that dies in between is completed by `finish_return`.
    ledger(subject).append(
        [
            Move(alias=CHAMPION, from_version=subject.version, to_version=came.from_version),
            previous_before(subject.version, moved, now=subject.alias(PREVIOUS)),
        ],
        run_id=subject.common.run_id,
        cause=Cause.SERVING,
        reason=f"version {subject.version} could not be served: {error}",
        by=principal(subject.tables.spark),
    )
    finish_return(subject)
    return f"Version {came.from_version} is champion again. {told}"


def _restore(endpoint: Endpoint, version: int) -> str:
    """Send the traffic back to `version`. That this fails must not keep the alias from going back."""
    try:
        endpoint.serve(version)
    except NotServingError as error:
        return f"The endpoint is not back at it: {error}"
    return "The endpoint answers with it"


def finish_return(subject: Judged) -> None:
    """Move the aliases back where this run recorded so, and are not back yet."""
    moved = ledger(subject).moved()
    back = [
        move
        for move in moved
        if (move.cause, move.run_id, move.alias) == (Cause.SERVING, subject.common.run_id, CHAMPION)
    ]
    if not back or subject.alias(CHAMPION) != back[-1].from_version:
        return
    # `@previous` first, since a champion that is back marks the return as finished.
    earlier = previous_before(subject.version, moved, now=subject.alias(PREVIOUS))
    if earlier.from_version != earlier.to_version:
        apply(subject, earlier)
    apply(subject, Move(alias=CHAMPION, from_version=back[-1].from_version, to_version=back[-1].to_version))


def previous_before(version: int, moved: Sequence[Moved], *, now: int | None) -> Move:
    """`@previous` back to where it was when `version` became champion. Pure."""
    came = arrival(version, moved)
    beside = [
        move
        for move in moved
        if came and move.alias == PREVIOUS and (move.run_id, move.cause) == (came.run_id, came.cause)
    ]
    return Move(alias=PREVIOUS, from_version=now, to_version=beside[-1].from_version if beside else now)
