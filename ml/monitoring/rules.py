"""From a month's metrics to nothing, alert or retrain. Pure, and the whole of the policy.

A decision for month M uses what could be known in M: data quality, drift and selection rates of M itself;
performance of the newest month whose outcomes are due by M, and of earlier ones whose outcomes came late, since the
decision before; outcomes that are overdue in M.

    performance below its limit for `labelled_months_below` labelled months running, or one severe drop -> retrain
    ... but inside the cool-down of an earlier retraining                                              -> alert
    any other breach, or a metric that should be known and is not                                      -> alert
    a warning for `months_of_warning` months running                                                   -> alert
    otherwise                                                                                          -> nothing
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import takewhile

from ml.declarations import Monitoring, TrainingCause
from ml.monitoring import decision_text
from ml.monitoring.calendar_months import add_months, months_between, named
from ml.monitoring.cause import Cause, cause_of
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Due, Policy
from ml.problems.finding import Kind, Verdict

# Outcomes that are a year late say nothing about the version that is live now.
_AWAITED_MONTHS = 12


class Action(StrEnum):
    """What to do, from least to most."""

    NOTHING = "nothing"
    ALERT = "alert"
    RETRAIN = "retrain"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about a month, and why. `unknown` says in words what could not be judged.

    `holdout_start` (`YYYY-MM`, or empty) is the first month to hold out of a retraining so that it may still learn
    from months after the change. `awaited`: months whose performance was due by then and is still unknown.
    `trains_for` is what a retraining has to mend; None: none is due.
    """

    month: date
    action: Action
    reason: str
    live_version: int
    causes: tuple[Cause, ...] = ()
    unknown: tuple[str, ...] = ()
    cool_down_until: date | None = None
    holdout_start: str = ""
    awaited: tuple[date, ...] = ()
    trains_for: TrainingCause | None = None


def decide(month: date, metrics: Sequence[Metric], earlier: Sequence[Decision], policy: Policy) -> Decision:
    """The decision for `month`.

    Args:
        month: a month that has metrics.
        metrics: of this and of earlier months, each month measured for the version that was live in it.
        earlier: decisions of earlier months; later ones are ignored.
        policy: the declared limits, and what the metrics of the problem call for.

    Raises:
        ValueError: where `month` has no metrics: what was not measured cannot be decided on.
    """
    versions = {metric.model_version for metric in metrics if metric.month == month}
    if not versions:
        raise ValueError(f"month {named(month)} has no metrics: measure it before deciding on it")
    live, limits = max(versions), policy.limits
    due = add_months(month, -limits.labels_due_months)
    before = max((each for each in earlier if each.month < month), key=_month_of, default=None)
    awaited = before.awaited if before else ()
    late = frozenset(awaited) & _labelled(metrics)
    judged = [metric for metric in metrics if _is_judged(metric, month, live, late, policy)]
    causes = tuple(_cause(metric, metrics, policy) for metric in judged if _is_beyond(metric, metrics, limits))
    missed = [metric for metric in judged if _should_be_known(metric, metrics, month, limits)]
    blind = tuple(_cause(metric, metrics, policy) for metric in missed)
    unknown = decision_text.unknown(month, live, judged, limits.labels_due_months)
    why = _why_retrain(month, live, metrics, policy)
    cooling = max((each for each in earlier if _cools(each, month)), key=_month_of, default=None)
    action = Action.RETRAIN if why and not cooling else Action.ALERT if causes or blind or why else Action.NOTHING
    return Decision(
        month=month,
        action=action,
        reason=decision_text.reason(
            why=why.words if why else "",
            cooling=_cooling_words(cooling) if why and cooling else "",
            causes=causes,
            unknown=unknown,
        ),
        live_version=live,
        causes=causes + blind,
        unknown=unknown,
        cool_down_until=month + timedelta(days=limits.cool_down_days) if action is Action.RETRAIN else None,
        holdout_start=_holdout_start(causes, month, limits) if action is Action.RETRAIN else "",
        awaited=_awaited(month, (*awaited, due), metrics),
        trains_for=why.trains_for if why and action is Action.RETRAIN else None,
    )


def _cause(metric: Metric, metrics: Sequence[Metric], policy: Policy) -> Cause:
    return cause_of(metric, metrics, policy.title(metric.metric))


def lag_months(metric: Metric, policy: Policy) -> int:
    """How many months after its month a metric is judged: outcomes are due later, and overdue later still."""
    due = policy.limits.labels_due_months
    if metric.metric == "labelled_share":
        return due + 1
    return due if policy.waits(metric) else 0


def _is_judged(metric: Metric, month: date, live: int, late: Collection[date], policy: Policy) -> bool:
    """Performance and fairness of a version that is no longer live are history, not a reason to act.

    A month is judged when its metric is due, and its performance also if its outcomes came `late`.
    """
    about_the_model = metric.kind in (Kind.PERFORMANCE, Kind.FAIRNESS)
    is_late = metric.kind is Kind.PERFORMANCE and metric.month in late
    return (
        (months_between(metric.month, month) == lag_months(metric, policy) or is_late)
        and not (metric.in_training and metric.kind is Kind.PERFORMANCE)
        and (metric.model_version == live or not about_the_model)
    )


def _labelled(metrics: Sequence[Metric]) -> frozenset[date]:
    """Months of which enough outcomes are known."""
    return frozenset(
        metric.month for metric in metrics if metric.metric == "labelled_share" and metric.verdict is Verdict.OK
    )


def _awaited(month: date, due: Iterable[date], metrics: Sequence[Metric]) -> tuple[date, ...]:
    """Months whose outcomes were due by `month` and are still to come; given up after a year."""
    known = {metric.month for metric in metrics if metric.kind is Kind.PERFORMANCE} - _labelled(metrics)
    return tuple(sorted(each for each in set(due) & known if months_between(each, month) <= _AWAITED_MONTHS))


def _is_beyond(metric: Metric, metrics: Sequence[Metric], limits: Monitoring) -> bool:
    """A breach, or a warning that lasts: in every one of the newest months in which the metric is known."""
    if metric.verdict is not Verdict.WARN:
        return metric.verdict is Verdict.BREACH
    same = [each for each in metrics if (each.metric, each.column) == (metric.metric, metric.column)]
    until = [each for each in same if each.month <= metric.month and each.verdict is not Verdict.UNKNOWN]
    of_version = [each for each in until if each.model_version == metric.model_version]
    newest = sorted(of_version, key=lambda each: each.month, reverse=True)[: limits.months_of_warning]
    warned = [each for each in newest if each.verdict is not Verdict.OK and not each.in_training]
    return len(warned) == limits.months_of_warning


def _should_be_known(metric: Metric, metrics: Sequence[Metric], month: date, limits: Monitoring) -> bool:
    """Whether an unknown metric is worth an alert: its rows are there, and (for performance) their outcomes too.

    Groups too small to compare, and months too small to tell, are named in the reason only if they are usual: they are
    a property of the portfolio.
    """
    if metric.verdict is not Verdict.UNKNOWN or metric.kind is Kind.FAIRNESS or _is_small(metric, metrics, limits):
        return False
    needed = ("labelled_share", metric.month) if metric.kind is Kind.PERFORMANCE else ("row_count", month)
    verdicts = {each.verdict for each in metrics if (each.metric, each.month) == needed}
    if metric.kind is Kind.PERFORMANCE:
        return Verdict.OK in verdicts
    return Verdict.UNKNOWN not in verdicts


def _is_small(metric: Metric, metrics: Sequence[Metric], limits: Monitoring) -> bool:
    """Whether it is unknown for a lack of rows in a month that has as many rows as usual."""
    counts = [each for each in metrics if (each.metric, each.month) == ("row_count", metric.month)]
    if not counts or counts[0].verdict is not Verdict.OK:
        return False
    if metric.value is not None:
        # Performance that was measured, and whose noise is larger than a severe change.
        return metric.kind is Kind.PERFORMANCE
    usual = counts[0].reference_value
    return metric.rows < limits.min_rows and usual is not None and usual < limits.min_rows


def _why_retrain(month: date, live: int, metrics: Sequence[Metric], policy: Policy) -> Due | None:
    """Why a retraining is due; None where it is not."""
    limits = policy.limits
    known = [
        metric
        for metric in metrics
        if policy.is_mended(metric)
        and metric.model_version == live
        and not metric.in_training
        and metric.verdict is not Verdict.UNKNOWN
        and months_between(metric.month, month) >= limits.labels_due_months
    ]
    labelled = sorted({metric.month for metric in known}, reverse=True)
    if not labelled:
        return None
    severe = [metric for metric in known if metric.month == labelled[0] and policy.is_severe(metric)]
    if severe:
        first = min(severe, key=policy.rank)
        return policy.due(decision_text.severe(first, policy.title(first.metric), live), first)
    below = {metric.month for metric in known if metric.verdict is Verdict.BREACH}
    running = list(takewhile(below.__contains__, labelled))
    if len(running) < limits.labelled_months_below:
        return None
    breaches = [metric for metric in known if metric.month in running and metric.verdict is Verdict.BREACH]
    newest = max(metric.month for metric in breaches)
    worst = min((metric for metric in breaches if metric.month == newest), key=policy.rank)
    words = decision_text.lasting([metric.month for metric in breaches], worst, policy.title(worst.metric), live)
    return policy.due(words, worst)


def _cools(decision: Decision, month: date) -> bool:
    until = decision.cool_down_until
    return decision.month < month and decision.action is Action.RETRAIN and until is not None and month < until


def _month_of(decision: Decision) -> date:
    return decision.month


def _cooling_words(decision: Decision) -> str:
    return (
        f"A retraining was asked for in {named(decision.month)}; none is asked for again before "
        f"{decision.cool_down_until}."
    )


def _holdout_start(causes: Sequence[Cause], month: date, limits: Monitoring) -> str:
    """The newest third of the labelled months since the change; empty where a change is not older than one month."""
    newest_labelled = add_months(month, -limits.labels_due_months)
    since = min((cause.since for cause in causes if cause.kind is Kind.PERFORMANCE), default=newest_labelled)
    changed_months = months_between(since, newest_labelled) + 1
    if changed_months < 2:
        return ""
    return named(add_months(newest_labelled, 1 - max(1, changed_months // 3)))
