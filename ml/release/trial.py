"""Task `trial` of job `<usecase>-promotion`: while a version waits for a person's sign-off, it answers some requests.

The endpoint serves both versions, and its routes say which share each gets. The trial ends as any other change of the
endpoint does: the task `serving` of the approved version, or a roll-back to the live one, sends all traffic to one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ml import runtime
from ml.declarations import SignOff
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
    """Which share of the requests the version answers, in percent; if none, why."""

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
    """Split the traffic, if the version may be tried. What fails is raised once the live version has it all again."""
    live = subject.alias(CHAMPION)
    sign_off = subject.model.gates.sign_off
    gone = rolled_back(subject.version, ledger(subject).moved()) is not None
    verdicts = recorded(subject)
    why = skipped(subject) if endpoint is None else untried(subject.version, live, verdicts, sign_off, gone=gone)
    if endpoint is None or live is None or why:
        return Outcome(skipped=why)
    percent = endpoint.serving.challenger_percent
    try:
        endpoint.share({live: 100 - percent, subject.version: percent})
        smoke_test(subject, replace(endpoint, asked=subject.version), subject.version)
    except Exception:
        # Whatever it was, the live version has all requests again.
        endpoint.serve(live)
        raise
    return Outcome(percent=percent)


def untried(
    version: int, live: int | None, verdicts: Mapping[str, str], sign_off: SignOff, *, gone: bool = False
) -> str:
    """Why the version must not be tried; empty if it may. `gone`: it was rolled back. Pure."""
    if gone:
        return "it was rolled back: it needs a new sign-off before it answers again"
    failed = [gate for gate in JUDGING if verdicts.get(gate) != Decision.PASS]
    if failed:
        return f"not every gate that judges has passed: {', '.join(failed)}"
    if sign_off is not SignOff.MANUAL:
        return "nobody's sign-off is awaited"
    if live is None:
        return "no version is live beside it"
    return "it is live already" if live == version else ""
