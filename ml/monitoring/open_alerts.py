"""Alerts from decisions: one for each kind of cause and the month it began, updated while it lasts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ml.monitoring import decision_text
from ml.monitoring.calendar_months import named
from ml.monitoring.cause import UNKNOWN, Cause
from ml.monitoring.rules import Action, Decision
from ml.problems.finding import Kind

OPEN, CLOSED = "open", "closed"

_WHAT_TO_DO: Mapping[str, str] = {
    Kind.DATA_QUALITY: (
        "Look at the month's file and its quarantine table; ask the sender for a corrected file and run the ingest job."
    ),
    Kind.DRIFT: (
        "Find out why the population changed (a new product, a merged portfolio, a changed source). The model is "
        "judged once outcomes are known; if the change stays, retrain with the training job then."
    ),
    Kind.PERFORMANCE: (
        "Run the training job unless this decision has started it. If its version fails the gates, use predictions "
        "with care or roll back."
    ),
    Kind.FAIRNESS: "Tell model-risk. Look at the groups' selection rates before decisions are based on these scores.",
    UNKNOWN: "Find out why it cannot be measured: run the scoring job, or ask for the missing rows or outcomes.",
}
_RETRAINING = "A retraining was asked for; its version goes live only through the gates."


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What to tell people. `identities` are the causes that have ever belonged to it."""

    key: str
    subject: str
    since_month: date
    last_month: date
    what: str
    how_much: str
    what_to_do: str
    status: str
    identities: frozenset[str]

    @property
    def text(self) -> str:
        """The whole message."""
        return (
            f"{self.what}\nSince: {named(self.since_month)}; last seen: {named(self.last_month)}\n"
            f"How much: {self.how_much}\nWhat to do: {self.what_to_do}"
        )


def alerts(decisions: Sequence[Decision], title: str) -> list[Alert]:
    """Every alert that `decisions` (in any order) give rise to, oldest first.

    A cause that goes on from the month before updates the alert that holds it. New causes of one kind together open
    an alert `<kind>:<month in which they began>`. An alert none of whose causes is left is closed.
    """
    found: dict[str, Alert] = {}
    for decision in sorted(decisions, key=lambda each: each.month):
        by_subject: dict[str, list[Cause]] = {}
        for cause in decision.causes:
            by_subject.setdefault(cause.subject, []).append(cause)
        for key, alert in found.items():
            going_on = [cause for cause in by_subject.get(alert.subject, []) if cause.identity in alert.identities]
            if alert.status == OPEN:
                found[key] = _updated(alert, going_on, decision, title) if going_on else replace(alert, status=CLOSED)
        for subject, causes in by_subject.items():
            opened = _opened(subject, causes, decision, found.values(), title)
            if opened:
                found[opened.key] = opened
    return list(found.values())


def _opened(
    subject: str, causes: Sequence[Cause], decision: Decision, known: Iterable[Alert], title: str
) -> Alert | None:
    """The alert for the causes that no open alert holds; None where there are none."""
    held = {identity for alert in known if alert.status == OPEN for identity in alert.identities}
    new = [cause for cause in causes if cause.identity not in held]
    if not new:
        return None
    since = min(cause.since for cause in new)
    blank = Alert(
        key=f"{subject}:{named(since)}",
        subject=subject,
        since_month=since,
        last_month=since,
        what="",
        how_much="",
        what_to_do="",
        status=OPEN,
        identities=frozenset(cause.identity for cause in new),
    )
    return _updated(blank, new, decision, title)


def _updated(alert: Alert, causes: Sequence[Cause], decision: Decision, title: str) -> Alert:
    """`alert` with the newest figures. `what` stays as it was first told."""
    columns = [cause.column or decision_text.metric_name(cause) for cause in decision_text.worst_by_column(causes)]
    subject = alert.subject.replace("_", " ")
    advice = _WHAT_TO_DO[alert.subject]
    retrains = decision.action is Action.RETRAIN and alert.subject == Kind.PERFORMANCE
    figures = "; ".join(decision_text.described(cause) for cause in decision_text.worst_by_column(causes)[:10])
    reasons = "; ".join(sorted({cause.reason for cause in causes})) if alert.subject == UNKNOWN else figures
    return replace(
        alert,
        last_month=max(cause.month for cause in causes),
        what=alert.what or f"{title}: {subject} of {', '.join(columns[:5])}{_more(columns[5:])}",
        how_much=reasons,
        what_to_do=f"{_RETRAINING} {advice}" if retrains else advice,
    )


def _more(rest: Sequence[str]) -> str:
    return f" and {len(rest)} more" if rest else ""
