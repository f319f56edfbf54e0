"""Task `serving` of job `<usecase>-promotion`: the endpoint answers with the version that was just promoted.

If it cannot, the previously live version comes back, on the endpoint and by its alias, and the task fails. Without an
endpoint (before phase two is deployed) there is nothing to do.
"""

from collections.abc import Sequence

from databricks.sdk import WorkspaceClient

from ml import parameters, runtime
from ml.principal import principal
from ml.records.promotions import Cause, Move, arrival, ledger, unmade
from ml.release import other_places
from ml.release.endpoint import Endpoint, NotServingError
from ml.release.returns import previous_before, return_aliases
from ml.release.smoke import Answered, smoke_test
from ml.versions import version_task
from ml.versions.aliases import CHAMPION, PREVIOUS
from ml.versions.version_task import Subject


class NotLiveError(RuntimeError):
    """The version to serve is not the champion."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the promoted version; run by job `<usecase>-promotion`."""
    flags = version_task.of_version("serving")
    other_places.add_flag(flags)
    parsed = flags.parse_args(arguments)
    subject = version_task.opened(parameters.common(parsed), parsed.version)
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
        **other_places.reported(parsed.other_places, subject, subject.version),
    )


def declared_endpoint(subject: Subject) -> Endpoint | None:
    """The model's endpoint, if one is declared and deployed."""
    serving = subject.model.serving
    if serving is None:
        return None
    endpoint = Endpoint(workspace=WorkspaceClient(), serving=serving, model=subject.name)
    return endpoint if endpoint.exists() else None


def skipped(subject: Subject) -> str:
    """Why nothing is served, and the fix."""
    serving = subject.model.serving
    if serving is None:
        return f"model {subject.name} declares no serving"
    return f"there is no endpoint {serving.endpoint} yet: deploy the stack <env>-serving, which serves @champion"


def serve(subject: Subject, endpoint: Endpoint, version: int) -> Answered:
    """Send the traffic to `version` and query it. Raises NotServingError if the endpoint refuses it or fails."""
    endpoint.serve(version)
    return smoke_test(subject, endpoint, version)


def deploy(subject: Subject, endpoint: Endpoint) -> Answered:
    """Serve the champion, or bring back the previously live version and raise NotServingError."""
    finish_return(subject, endpoint)
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
        raise type(error)(f"{error}. {told}") from error


def fall_back(subject: Subject, endpoint: Endpoint, error: NotServingError) -> str:
    """Bring back the previously live version, on the endpoint and by its alias. Returns the actions in words."""
    moved = ledger(subject).moved()
    came = arrival(subject.version, moved)
    if came is None or came.from_version is None:
        return "No version was live before it, so it stays champion for batch scoring"
    # Recorded before endpoint and aliases change: what a run leaves that dies in between, `finish_return` does.
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
    return finish_return(subject, endpoint) or "Another run has moved the aliases since"


def finish_return(subject: Subject, endpoint: Endpoint | None) -> str:
    """Complete a recorded return, of this run or one that died. Returns the actions in words; empty: none."""
    moved = ledger(subject).moved()
    back = unmade(moved, Cause.SERVING, subject.alias(CHAMPION))
    if back is None:
        return ""
    told = _restore(endpoint, back.to_version) if endpoint else "There is no endpoint"
    return_aliases(subject, back, moved)
    return f"Version {back.to_version} is champion again. {told}"


def _restore(endpoint: Endpoint, version: int) -> str:
    """Send the traffic back to `version`. The alias must go back even if this fails."""
    try:
        endpoint.serve(version)
    except NotServingError as error:
        return f"The endpoint does not serve it again: {error}"
    return "The endpoint serves it"
