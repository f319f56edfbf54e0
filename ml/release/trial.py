"""Task `trial` of job `<usecase>-promotion`: a version that waits for a person's sign-off answers some requests.

The endpoint serves both versions, and its routes set each one's share. The trial ends when all traffic goes to one
version again: by the task `serving` of the approved version, by a roll-back to the live one, or by the next run for a
version whose experiment ended without a win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ml import runtime
from ml.declarations import SignOff
from ml.records.appending import append_record
from ml.records.experiments import TRIALS, Standing, as_text, newest_trial, standing
from ml.records.gate_results import JUDGING, Decision, recorded
from ml.records.promotions import ledger, rolled_back
from ml.release.deploy import declared_endpoint, skipped
from ml.release.endpoint import Endpoint
from ml.release.smoke import smoke_test
from ml.versions import version_task
from ml.versions.aliases import CHAMPION
from ml.versions.version_task import Subject


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The version's share of the requests, in percent; if none, the reason."""

    percent: int = 0
    skipped: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Let a version that waits for its sign-off answer some requests; run by job `<usecase>-promotion`."""
    subject = version_task.judged("trial", arguments, reads_data=False)
    outcome = tried(subject, declared_endpoint(subject))
    runtime.set_task_value("percent", outcome.percent)
    runtime.report(
        task="trial",
        rows_in=0,
        rows_kept=0,
        rows_quarantined=0,
        version=subject.version,
        percent=outcome.percent,
        skipped=outcome.skipped,
    )


def tried(subject: Subject, endpoint: Endpoint | None) -> Outcome:
    """Split the traffic if a trial is allowed. An error is raised after the live version has all traffic again."""
    live = subject.alias(CHAMPION)
    if endpoint is None:
        return Outcome(skipped=skipped(subject))
    gone = rolled_back(subject.version, ledger(subject).moved()) is not None
    why = untried(
        subject.version,
        live,
        recorded(subject),
        subject.model.gates.sign_off,
        gone=gone,
        experiment=endpoint.serving.experiment is not None,
    )
    if live is None or why:
        return Outcome(skipped=why)
    over = finished(subject, live)
    if over:
        endpoint.serve(live)
        return Outcome(skipped=over)
    percent = endpoint.serving.challenger_percent
    try:
        endpoint.share({live: 100 - percent, subject.version: percent})
        smoke_test(subject, replace(endpoint, asked=subject.version), subject.version)
    except Exception:
        # Whatever it was, the live version has all requests again.
        endpoint.serve(live)
        raise
    _record(subject, endpoint, live)
    return Outcome(percent=percent)


def finished(subject: Subject, live: int) -> str:
    """The result of the version's experiment against the live one, if it is over; otherwise empty."""
    trial = newest_trial(subject.tables, subject.ops_schema, subject.name)
    if trial is None or (trial.version, trial.champion) != (subject.version, live):
        return ""
    said = standing(subject.tables, subject.ops_schema, trial)
    if said is None or said["standing"] == Standing.RUNNING:
        return ""
    return f"its experiment is over, {said['standing']}: {said['reason']}"


def _record(subject: Subject, endpoint: Endpoint, live: int) -> None:
    """Record the trial before its first outcome: both versions and the rule. A continued trial has a row already."""
    ids = endpoint.entity_ids()
    row = {
        "model": subject.name,
        "version": subject.version,
        "champion": live,
        "version_entity": ids[subject.version],
        "champion_entity": ids[live],
        "percent": endpoint.serving.challenger_percent,
        "experiment": as_text(endpoint.serving.experiment),
        "run_id": subject.common.run_id,
        # After the questions of the smoke test, which chance has not drawn.
        "began_at": datetime.now(UTC),
    }
    append_record(subject.tables, TRIALS, f"{subject.ops_schema}.{TRIALS.name}", [row])


def untried(
    version: int,
    live: int | None,
    verdicts: Mapping[str, str],
    sign_off: SignOff,
    *,
    gone: bool = False,
    experiment: bool = False,
) -> str:
    """Why a trial of the version is not allowed; empty if it is. `gone`: its roll-back. Pure."""
    if gone:
        return "it was rolled back: it needs a new sign-off before it may answer again"
    failed = [gate for gate in JUDGING if verdicts.get(gate) != Decision.PASS]
    if failed:
        return f"these gates did not pass: {', '.join(failed)}"
    if sign_off is not SignOff.MANUAL and not experiment:
        return "no sign-off is pending"
    if live is None:
        return "no other version is live"
    return "it is live already" if live == version else ""
