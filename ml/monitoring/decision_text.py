"""The text of a decision: what changed, by how much, since when, and what is unknown. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from ml.declarations import Calendar
from ml.declarations.monitored import SLIDING
from ml.monitoring.cause import Cause, crossed
from ml.monitoring.metric import Metric
from ml.problems.finding import Kind, Verdict, number

_SHOWN = 3
_NAMES = {
    "psi": "PSI",
    "ks": "KS",
    "wasserstein": "Wasserstein distance",
    "jensen_shannon": "Jensen-Shannon divergence",
    "lasting_location_shift": "lasting shift",
    "lasting_spread_shift": "lasting change of spread",
}


def metric_name(cause: Cause) -> str:
    """The display name of a metric."""
    measure = cause.metric.removeprefix(SLIDING)
    return cause.title or _NAMES.get(measure, measure.replace("_", " "))


def severe(metric: Metric, title: str, live: int, calendar: Calendar) -> str:
    """One period was far worse than the hold-out."""
    value, promised = metric.value or 0.0, metric.reference_value or 0.0
    moved, change = ("fell", "drop") if value < promised else ("rose", "rise")
    return (
        f"{title} of version {live} {moved} to {number(value)} in {calendar.named(metric.period)}, from "
        f"{number(promised)} on its hold-out: a severe {change}."
    )


def lasting(periods: Collection[date], worst: Metric, title: str, live: int, calendar: Calendar) -> str:
    """The newest labelled periods all exceeded their limits; `worst`, displayed as `title`, is the most severe."""
    bound = crossed(worst)
    return (
        f"Version {live} exceeded its limits in {len(set(periods))} consecutive labelled {calendar.period}(s), since "
        f"{calendar.named(min(periods))}: {title} {number(worst.value or 0.0)} in {calendar.named(worst.period)}, "
        f"limit {number(bound or 0.0)}."
    )


def described(cause: Cause) -> str:
    """One cause: `limit_bal PSI 1.23 (limit 0.25)`, and what it is measured from if that is not the same for all."""
    subject = f"{cause.column} {metric_name(cause)}".strip()
    if cause.value is None:
        return f"{subject} unknown"
    warns = "lasting warning, " if cause.verdict is Verdict.WARN else ""
    limit = "" if cause.limit is None else f" ({warns}limit {_short(cause.limit)})"
    return f"{subject} {_short(cause.value)}{limit}{against(cause)}"


def against(cause: Cause) -> str:
    """` against the 3 months before`; empty if all drift is measured from the same."""
    return f" against {cause.against}" if cause.against else ""


def _short(value: float) -> str:
    """Two decimals, or two significant digits if those would show zero."""
    return f"{value:.2f}" if value == 0 or abs(value) >= 0.005 else f"{value:.2g}"


def _excess(cause: Cause) -> float:
    return abs((cause.value or 0.0) - (cause.limit or 0.0))


def worst_by_column(causes: Iterable[Cause]) -> list[Cause]:
    """The causes with the largest excess first, each column once in each comparison."""
    ordered = sorted(causes, key=_excess, reverse=True)
    first: dict[tuple[str, str], Cause] = {}
    for cause in ordered:
        first.setdefault((cause.column or cause.metric, cause.against), cause)
    return list(first.values())


def changes(causes: Sequence[Cause], calendar: Calendar) -> list[str]:
    """One sentence per kind of breach: since when, the largest changes, and how many others."""
    sentences = []
    for kind in Kind:
        found = [cause for cause in causes if cause.kind is kind]
        worst = worst_by_column(found)
        if worst:
            more = f", and {len(worst) - _SHOWN} more" if len(worst) > _SHOWN else ""
            shown = ", ".join(described(cause) for cause in worst[:_SHOWN])
            since = calendar.named(min(cause.since for cause in found))
            title = str(kind).replace("_", " ").capitalize()
            sentences.append(f"{title} over the limit since {since}: {shown}{more}.")
    return sentences


def unknown(period: date, live: int, judged: Sequence[Metric], due_periods: int, calendar: Calendar) -> tuple[str, ...]:
    """The unjudged metrics, once per reason; outcomes that are not due yet are unknown too."""
    named = calendar.named
    counted = Counter(
        (metric.kind, metric.reason, named(metric.period)) for metric in judged if metric.verdict is Verdict.UNKNOWN
    )
    said = tuple(
        f"{str(kind).replace('_', ' ')} of {of_period} ({count} metric(s)): {reason}"
        for (kind, reason, of_period), count in counted.items()
    )
    if not any(metric.kind is Kind.PERFORMANCE and metric.verdict is not Verdict.RECORDED for metric in judged):
        scored = f"no {calendar.period} that it scored had outcomes due by {named(period)}"
        return (*said, f"performance of version {live}: {scored}")
    due = named(calendar.add(period, due_periods))
    return (*said, f"performance in {named(period)}: outcomes are due in {due}") if due_periods else said


def cooling(asked: date, until: date | None, calendar: Calendar) -> str:
    """Why no retraining is requested: one was, in the period `asked`."""
    return f"A retraining was requested in {calendar.named(asked)}; the next request is possible from {until}."


def reason(*, why: str, cools: str, causes: Sequence[Cause], unknown: Sequence[str], calendar: Calendar) -> str:
    """The whole reason. Never claims that all is well while something is unknown."""
    parts = [part for part in (why, cools, *changes(causes, calendar)) if part]
    if unknown:
        more = f"; and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        parts.append(f"Unknown: {'; '.join(unknown[:_SHOWN])}{more}.")
    return " ".join(parts) or "Everything measured is within its limits."
