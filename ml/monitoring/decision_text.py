"""What a decision says, in plain words: what changed, by how much, since when, and what cannot be said. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from ml.monitoring.calendar_months import add_months, named
from ml.monitoring.cause import Cause
from ml.monitoring.metric import Kind, Metric, Verdict

_SHOWN = 3
_NAMES = {
    "roc_auc": "ROC AUC",
    "expected_calibration_error": "calibration error",
    "outcome_rate": "outcome rate",
    "psi": "PSI",
    "ks": "KS",
}


def metric_name(metric: str) -> str:
    """How people call a metric."""
    return _NAMES.get(metric, metric.replace("_", " "))


def severe(metric: Metric, live: int) -> str:
    """One month was far below the hold-out."""
    return (
        f"ROC AUC of version {live} fell to {metric.value or 0.0:.3f} in {named(metric.month)}, from "
        f"{metric.reference_value or 0.0:.3f} on its hold-out: a severe drop."
    )


def lasting(below: Sequence[Metric], live: int) -> str:
    """The newest labelled months were all below their limits."""
    months = sorted({metric.month for metric in below})
    newest = [metric for metric in below if metric.month == months[-1]]
    worst = next((metric for metric in newest if metric.metric == "roc_auc"), newest[0])
    bound = worst.threshold_low if worst.threshold_low is not None else worst.threshold_high
    return (
        f"Version {live} is beyond its limits in {len(months)} labelled month(s) running, since {named(months[0])}: "
        f"{metric_name(worst.metric)} {worst.value or 0.0:.3f} in {named(worst.month)}, limit {bound or 0.0:.3f}."
    )


def described(cause: Cause) -> str:
    """One cause: `limit_bal PSI 1.23 (limit 0.25)`."""
    subject = f"{cause.column} {metric_name(cause.metric)}".strip()
    if cause.value is None:
        return f"{subject} unknown"
    limit = "" if cause.limit is None else f" (limit {cause.limit:.2f})"
    return f"{subject} {cause.value:.2f}{limit}"


def _excess(cause: Cause) -> float:
    return abs((cause.value or 0.0) - (cause.limit or 0.0))


def worst_by_column(causes: Iterable[Cause]) -> list[Cause]:
    """The causes with the largest excess first, each column once."""
    ordered = sorted(causes, key=_excess, reverse=True)
    first: dict[str, Cause] = {}
    for cause in ordered:
        first.setdefault(cause.column or cause.metric, cause)
    return list(first.values())


def changes(causes: Sequence[Cause]) -> list[str]:
    """One sentence per kind of breach: since when, the largest changes, and how many more."""
    sentences = []
    for kind in Kind:
        found = [cause for cause in causes if cause.kind is kind]
        worst = worst_by_column(found)
        if worst:
            more = f", and {len(worst) - _SHOWN} more" if len(worst) > _SHOWN else ""
            shown = ", ".join(described(cause) for cause in worst[:_SHOWN])
            since = named(min(cause.since for cause in found))
            title = str(kind).replace("_", " ").capitalize()
            sentences.append(f"{title} beyond limits since {since}: {shown}{more}.")
    return sentences


def unknown(month: date, live: int, judged: Sequence[Metric], due_months: int) -> tuple[str, ...]:
    """What could not be judged, once per reason; outcomes that are not due yet are unknown too."""
    counted = Counter(
        (metric.kind, metric.reason, named(metric.month)) for metric in judged if metric.verdict is Verdict.UNKNOWN
    )
    said = tuple(
        f"{str(kind).replace('_', ' ')} of {of_month} ({count} metric(s)): {reason}"
        for (kind, reason, of_month), count in counted.items()
    )
    if not any(metric.kind is Kind.PERFORMANCE for metric in judged):
        said = (*said, f"performance of version {live}: no month that it scored has its outcomes due by {named(month)}")
    elif due_months:
        said = (*said, f"performance in {named(month)}: its outcomes are due in {named(add_months(month, due_months))}")
    return said


def reason(*, why: str, cooling: str, causes: Sequence[Cause], unknown: Sequence[str]) -> str:
    """The whole reason. Never says that nothing is wrong where something is unknown."""
    parts = [part for part in (why, cooling, *changes(causes)) if part]
    if unknown:
        more = f"; and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        parts.append(f"Unknown: {'; '.join(unknown[:_SHOWN])}{more}.")
    return " ".join(parts) or "Everything measured is within its limits."
