"""Alerts from decisions: one for each kind of cause and the period it began, updated while it lasts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ml.declarations import ON_CALL, AlertRule, Calendar
from ml.declarations.alerting import rule_about
from ml.monitoring import decision_text
from ml.monitoring.cause import UNKNOWN, Cause
from ml.monitoring.handling import News
from ml.monitoring.rules import Action, Decision
from ml.problems.finding import Kind

OPEN, CLOSED = "open", "closed"
ALL_ROWS = "all rows"

_WHAT_TO_DO: Mapping[str, str] = {
    Kind.DATA_QUALITY: (
        "Look at the period's files and their quarantine table; ask the sender for a correction and run the ingest job."
    ),
    Kind.DRIFT: (
        "Find out why the population changed (a new product, a merged portfolio, a changed source). Monitoring "
        "judges the model once outcomes are known; if the change lasts, run the training job."
    ),
    Kind.PERFORMANCE: (
        "Run the training job unless this decision has already started it. If its version fails the gates, use the "
        "predictions with care or roll back."
    ),
    Kind.FAIRNESS: "Inform model-risk. Check the groups' selection rates before basing decisions on these scores.",
    UNKNOWN: "Find out why it cannot be measured: run the scoring job, or ask for the missing rows or outcomes.",
}
_NEWS: Mapping[News, str] = {
    News.NEW: "",
    News.REMINDER: "Reminder, not acknowledged: ",
    News.BACK: "Back: ",
    News.OVER: "Over: ",
}
_RETRAINING = "A retraining was requested; its version goes live only if it passes the gates."


@dataclass(frozen=True, kw_only=True)
class Alert:
    """The message to people. `identities`: all causes that ever belonged to it; `calendar` names its periods.

    `slice`: the affected groups, or `all rows`; `tell`: the destination; `news`: why it is sent now.
    """

    key: str
    subject: str
    since_period: date
    last_period: date
    what: str
    how_much: str
    what_to_do: str
    status: str
    identities: frozenset[str]
    calendar: Calendar
    slice: str = ALL_ROWS
    tell: str = ON_CALL
    news: News = News.NEW

    @property
    def text(self) -> str:
        """The whole message."""
        since, last = (self.calendar.named(period) for period in (self.since_period, self.last_period))
        return (
            f"{self.headline}\nSince: {since}; last seen: {last}\nWhich rows: {self.slice}\n"
            f"How much: {self.how_much}\nWhat to do: {self.what_to_do}"
        )

    @property
    def headline(self) -> str:
        """The change in one line, which also says why it is sent now."""
        return f"{_NEWS[self.news]}{self.what}"


def alerts(
    decisions: Sequence[Decision], title: str, calendar: Calendar, rules: Sequence[AlertRule] = ()
) -> list[Alert]:
    """Every alert that follows from `decisions` (in any order), oldest first.

    A cause that continues from the previous period updates its alert. New causes of one kind together open an alert
    `<kind>:<period in which they began>`. An alert closes when none of its causes is left.
    """
    found: dict[str, Alert] = {}

    def told(alert: Alert, causes: Sequence[Cause], decision: Decision) -> Alert:
        return _updated(alert, causes, decision, title, rule_about(alert.subject, rules))

    for decision in sorted(decisions, key=lambda each: each.period):
        by_subject: dict[str, list[Cause]] = {}
        for cause in decision.causes:
            by_subject.setdefault(cause.subject, []).append(cause)
        for key, alert in found.items():
            going_on = [cause for cause in by_subject.get(alert.subject, []) if cause.identity in alert.identities]
            if alert.status == OPEN:
                found[key] = told(alert, going_on, decision) if going_on else replace(alert, status=CLOSED)
        held = {identity for alert in found.values() if alert.status == OPEN for identity in alert.identities}
        for subject, causes in by_subject.items():
            new = [cause for cause in causes if cause.identity not in held]
            if new:
                opened = _opened(subject, new, calendar)
                found[opened.key] = told(opened, new, decision)
    return list(found.values())


def _opened(subject: str, causes: Sequence[Cause], calendar: Calendar) -> Alert:
    """An alert for causes that no open alert has; its text is filled in later."""
    since = min(cause.since for cause in causes)
    return Alert(
        key=f"{subject}:{calendar.named(since)}",
        subject=subject,
        since_period=since,
        last_period=since,
        what="",
        how_much="",
        what_to_do="",
        status=OPEN,
        identities=frozenset(cause.identity for cause in causes),
        calendar=calendar,
    )


def _updated(alert: Alert, causes: Sequence[Cause], decision: Decision, title: str, rule: AlertRule) -> Alert:
    """`alert` with the newest figures. `what` keeps its first text."""
    worst = decision_text.worst_by_column(causes)
    columns = list(dict.fromkeys(cause.column or decision_text.metric_name(cause) for cause in worst))
    compared = {decision_text.against(cause) for cause in worst}
    subject = alert.subject.replace("_", " ")
    advice = rule.what_to_do or _WHAT_TO_DO[alert.subject]
    retrains = decision.action is Action.RETRAIN and alert.subject == Kind.PERFORMANCE
    figures = "; ".join(decision_text.described(cause) for cause in worst[:10])
    reasons = "; ".join(sorted({cause.reason for cause in causes})) if alert.subject == UNKNOWN else figures
    return replace(
        alert,
        last_period=max(cause.period for cause in causes),
        what=alert.what
        or f"{title}: {subject} of {', '.join(columns[:5])}{_more(columns[5:])}{_only(sorted(compared))}",
        how_much=reasons,
        what_to_do=f"{_RETRAINING} {advice}" if retrains else advice,
        slice="; ".join(sorted({_rows_of(cause) for cause in causes if _rows_of(cause)})) or ALL_ROWS,
        tell=rule.tell,
    )


def _rows_of(cause: Cause) -> str:
    """A found slice, or a declared group."""
    return cause.slice or (cause.column if "=" in cause.column else "")


def _only(compared: Sequence[str]) -> str:
    return compared[0] if len(compared) == 1 else ""


def _more(rest: Sequence[str]) -> str:
    return f" and {len(rest)} more" if rest else ""
