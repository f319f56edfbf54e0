"""What a decision says, in plain words: what changed, by how much, since when, and what cannot be said. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from ml.declarations import Calendar
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
    """How people call a metric."""
    return cause.title or _NAMES.get(cause.metric, cause.metric.replace("_", " "))


def severe(metric: Metric, title: str, live: int, calendar: Calendar) -> str:
    """One period was far worse than the hold-out."""
    value, promised = metric.value or 0.0, metric.reference_value or 0.0
    moved, change = ("fell", "drop") if value < promised else ("rose", "rise")
    return (
        f"{title} of version {live} {moved} to {number(value)} in {calendar.named(metric.period)}, from "
        f"{number(promised)} on its hold-out: a severe {change}."
    )


def lasting(periods: Collection[date], worst: Metric, title: str, live: int, calendar: Calendar) -> str:
    """The newest labelled periods were all beyond their limits; `worst`, called `title`, is the most telling."""
    bound = crossed(worst)
    return (
        f"Version {live} is beyond its limits in {len(set(periods))} labelled {calendar.period}(s) running, since "
        f"{calendar.named(min(periods))}: {title} {number(worst.value or 0.0)} in {calendar.named(worst.period)}, "
        f"limit {number(bound or 0.0)}."
    )


def described(cause: Cause) -> str:
    """One cause: `limit_bal PSI 1.23 (limit 0.25)`."""
    subject = f"{cause.column} {metric_name(cause)}".strip()
    if cause.value is None:
        return f"{subject} unknown"
    warns = "lasting warning, " if cause.verdict is Verdict.WARN else ""
    limit = "" if cause.limit is None else f" ({warns}limit {_short(cause.limit)})"
    return f"{subject} {_short(cause.value)}{limit}"


def _short(value: float) -> str:
    """Two decimals, or two digits of what would be nothing with them."""
    return f"{value:.2f}" if value == 0 or abs(value) >= 0.005 else f"{value:.2g}"


def _excess(cause: Cause) -> float:
    return abs((cause.value or 0.0) - (cause.limit or 0.0))


def worst_by_column(causes: Iterable[Cause]) -> list[Cause]:
    """The causes with the largest excess first, each column once."""
    ordered = sorted(causes, key=_excess, reverse=True)
    first: dict[str, Cause] = {}
    for cause in ordered:
        first.setdefault(cause.column or cause.metric, cause)
    return list(first.values())


def changes(causes: Sequence[Cause], calendar: Calendar) -> list[str]:
    """One sentence per kind of breach: since when, the largest changes, and how many more."""
    sentences = []
    for kind in Kind:
        found = [cause for cause in causes if cause.kind is kind]
        worst = worst_by_column(found)
        if worst:
            more = f", and {len(worst) - _SHOWN} more" if len(worst) > _SHOWN else ""
            shown = ", ".join(described(cause) for cause in worst[:_SHOWN])
            since = calendar.named(min(cause.since for cause in found))
            title = str(kind).replace("_", " ").capitalize()
            sentences.append(f"{title} beyond limits since {since}: {shown}{more}.")
    return sentences


def unknown(period: date, live: int, judged: Sequence[Metric], due_periods: int, calendar: Calendar) -> tuple[str, ...]:
    """What could not be judged, once per reason; outcomes that are not due yet are unknown too."""
    named = calendar.named
    counted = Counter(
        (metric.kind, metric.reason, named(metric.period)) for metric in judged if metric.verdict is Verdict.UNKNOWN
    )
    said = tuple(
        f"{str(kind).replace('_', ' ')} of {of_period} ({count} metric(s)): {reason}"
        for (kind, reason, of_period), count in counted.items()
    )
    if not any(metric.kind is Kind.PERFORMANCE and metric.verdict is not Verdict.RECORDED for metric in judged):
        scored = f"no {calendar.period} that it scored has its outcomes due by {named(period)}"
        return (*said, f"performance of version {live}: {scored}")
    due = named(calendar.add(period, due_periods))
    return (*said, f"performance in {named(period)}: its outcomes are due in {due}") if due_periods else said


def cooling(asked: date, until: date | None, calendar: Calendar) -> str:
    """Why no retraining is asked for: one was, in the period `asked`."""
    return f"A retraining was asked for in {calendar.named(asked)}; none is asked for again before {until}."


def reason(*, why: str, cools: str, causes: Sequence[Cause], unknown: Sequence[str], calendar: Calendar) -> str:
    """The whole reason. Never says that nothing is wrong where something is unknown."""
    parts = [part for part in (why, cools, *changes(causes, calendar)) if part]
    if unknown:
        more = f"; and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        parts.append(f"Unknown: {'; '.join(unknown[:_SHOWN])}{more}.")
    return " ".join(parts) or "Everything measured is within its limits."
