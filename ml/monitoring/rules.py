"""From a period's metrics to nothing, alert or retrain. Pure; this is the whole policy.

A decision for period M uses only facts known in M: data quality, drift and selection rates of M itself;
performance of the newest period whose outcomes are due by M, and of earlier ones whose outcomes came late, since the
decision before; outcomes that are overdue in M.

    performance below its limit for `labelled_periods_below` consecutive labelled periods, or a severe drop -> retrain
    ... but inside the cool-down of an earlier retraining                                                 -> alert
    any other breach, or a metric that should be known and is not                                         -> alert
    a warning for `periods_of_warning` consecutive periods                                                -> alert
    otherwise                                                                                             -> nothing
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import takewhile

from ml.declarations import Calendar, Monitoring, TrainingCause
from ml.declarations.monitored import SLIDING
from ml.monitoring import decision_text
from ml.monitoring.cause import Cause, cause_of
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Due, Policy
from ml.problems.finding import SLICE_LOSS, Kind, Verdict

# Outcomes that are a year late say nothing about the version that is live now.
_AWAITED_DAYS = 366


class Action(StrEnum):
    """The action, from weakest to strongest."""

    NOTHING = "nothing"
    ALERT = "alert"
    RETRAIN = "retrain"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The action for a period, and the reason. `unknown`: the metrics that could not be judged, in words.

    `holdout_start` (a period's name, or empty): the first period to hold out of a retraining, chosen so that it can
    still learn from periods after the change. `awaited`: periods whose performance was due by then and is still
    unknown, and `period` itself if none of its rows had arrived.
    `trains_for`: the cause that a retraining must fix; None: no retraining is due.
    """

    period: date
    action: Action
    reason: str
    live_version: int
    causes: tuple[Cause, ...] = ()
    unknown: tuple[str, ...] = ()
    cool_down_until: date | None = None
    holdout_start: str = ""
    awaited: tuple[date, ...] = ()
    trains_for: TrainingCause | None = None


def decide(period: date, metrics: Sequence[Metric], earlier: Sequence[Decision], policy: Policy) -> Decision:
    """The decision for `period`.

    Args:
        period: a period that has metrics.
        metrics: of this and earlier periods, each period measured for the version that was live in it.
        earlier: decisions of earlier periods; later ones are ignored.
        policy: the declared limits, and the actions for the metrics of the problem.

    Raises:
        ValueError: if `period` has no metrics: it must be measured before it is decided.
    """
    versions = {metric.model_version for metric in metrics if metric.period == period}
    if not versions:
        raise ValueError(f"{policy.calendar.named(period)} has no metrics: run the task monitoring first")
    live, limits, calendar = max(versions), policy.limits, policy.calendar
    due = calendar.add(period, -limits.labels_due_periods)
    before = max((each for each in earlier if each.period < period), key=_period_of, default=None)
    awaited = tuple(each for each in before.awaited if each != before.period) if before else ()
    late = frozenset(awaited) & _labelled(metrics)
    judged = [metric for metric in metrics if _is_judged(metric, period, live, late, policy)]
    causes = tuple(_cause(metric, metrics, policy) for metric in judged if _is_beyond(metric, metrics, limits))
    missed = [metric for metric in judged if _should_be_known(metric, metrics, period, limits)]
    blind = tuple(_cause(metric, metrics, policy) for metric in missed)
    unknown = decision_text.unknown(period, live, judged, limits.labels_due_periods, calendar)
    why = _why_retrain(period, live, metrics, policy)
    cooling = max((each for each in earlier if _cools(each, period)), key=_period_of, default=None)
    action = Action.RETRAIN if why and not cooling else Action.ALERT if causes or blind or why else Action.NOTHING
    return Decision(
        period=period,
        action=action,
        reason=_reason(why, cooling, causes, unknown, calendar),
        live_version=live,
        causes=causes + blind,
        unknown=unknown,
        cool_down_until=period + timedelta(days=limits.cool_down_days) if action is Action.RETRAIN else None,
        holdout_start=_holdout_start(why.metric, metrics, period, policy) if why and action is Action.RETRAIN else "",
        awaited=(*_awaited(period, (*awaited, due), metrics), *_without_rows(period, metrics)),
        trains_for=why.trains_for if why and action is Action.RETRAIN else None,
    )


def _cause(metric: Metric, metrics: Sequence[Metric], policy: Policy) -> Cause:
    return cause_of(metric, metrics, policy.title(metric.metric), policy.against(metric))


def lag_periods(metric: Metric, policy: Policy) -> int:
    """How many periods after its own period a metric is judged: outcomes are due later, and overdue later still."""
    due = policy.limits.labels_due_periods
    if metric.metric == "labelled_share":
        return due + 1
    return due if policy.waits(metric) else 0


def _is_judged(metric: Metric, period: date, live: int, late: Collection[date], policy: Policy) -> bool:
    """Performance and fairness of a version that is no longer live are no reason to act.

    A period is judged when its metric is due, and its performance also if its outcomes came `late`.
    """
    about_the_model = metric.kind in (Kind.PERFORMANCE, Kind.FAIRNESS)
    is_late = (metric.kind is Kind.PERFORMANCE or metric.metric == SLICE_LOSS) and metric.period in late
    return (
        (policy.calendar.passed(metric.period, period) == lag_periods(metric, policy) or is_late)
        and not (metric.in_training and metric.kind is Kind.PERFORMANCE)
        and (metric.model_version == live or not about_the_model)
    )


def _labelled(metrics: Sequence[Metric]) -> frozenset[date]:
    """Periods with enough known outcomes."""
    return frozenset(
        metric.period for metric in metrics if metric.metric == "labelled_share" and metric.verdict is Verdict.OK
    )


def _awaited(period: date, due: Iterable[date], metrics: Sequence[Metric]) -> tuple[date, ...]:
    """Periods whose outcomes were due by `period` and are still missing; given up after a year."""
    known = {metric.period for metric in metrics if metric.kind is Kind.PERFORMANCE} - _labelled(metrics)
    return tuple(sorted(each for each in set(due) & known if (period - each).days <= _AWAITED_DAYS))


def _without_rows(period: date, metrics: Sequence[Metric]) -> tuple[date, ...]:
    """The period, if only outcomes of earlier periods are known in it."""
    counts = [each.verdict for each in metrics if (each.metric, each.period) == ("row_count", period)]
    return (period,) if Verdict.UNKNOWN in counts else ()


def _is_beyond(metric: Metric, metrics: Sequence[Metric], limits: Monitoring) -> bool:
    """A breach, or a lasting warning: in each of the newest periods in which the metric is known."""
    if metric.verdict is not Verdict.WARN:
        return metric.verdict is Verdict.BREACH
    same = [each for each in metrics if (each.metric, each.column) == (metric.metric, metric.column)]
    until = [each for each in same if each.period <= metric.period and each.verdict is not Verdict.UNKNOWN]
    of_version = [each for each in until if each.model_version == metric.model_version]
    newest = sorted(of_version, key=lambda each: each.period, reverse=True)[: limits.periods_of_warning]
    warned = [each for each in newest if each.verdict is not Verdict.OK and not each.in_training]
    return len(warned) == limits.periods_of_warning


def _should_be_known(metric: Metric, metrics: Sequence[Metric], period: date, limits: Monitoring) -> bool:
    """Whether an unknown metric is worth an alert: its rows exist, and (for performance) their outcomes too.

    Groups that are too small to compare, and periods that are too small to judge, are only named in the reason if that
    is usual: it is a property of the portfolio. So is a period with nothing just before it: what earlier periods lacked
    was an alert in their time.
    """
    if metric.verdict is not Verdict.UNKNOWN or metric.kind is Kind.FAIRNESS or _is_small(metric, metrics, limits):
        return False
    if metric.metric.startswith(SLIDING):
        return False
    needed = ("labelled_share", metric.period) if metric.kind is Kind.PERFORMANCE else ("row_count", period)
    verdicts = {each.verdict for each in metrics if (each.metric, each.period) == needed}
    if metric.kind is Kind.PERFORMANCE:
        return Verdict.OK in verdicts
    return Verdict.UNKNOWN not in verdicts


def _is_small(metric: Metric, metrics: Sequence[Metric], limits: Monitoring) -> bool:
    """Whether it is unknown because of too few rows, in a period with the usual number of rows."""
    counts = [each for each in metrics if (each.metric, each.period) == ("row_count", metric.period)]
    if not counts or counts[0].verdict is not Verdict.OK:
        return False
    if metric.value is not None:
        # Performance that was measured, and whose noise is larger than a severe change.
        return metric.kind is Kind.PERFORMANCE
    usual = counts[0].reference_value
    return metric.rows < limits.min_rows and usual is not None and usual < limits.min_rows


def _why_retrain(period: date, live: int, metrics: Sequence[Metric], policy: Policy) -> Due | None:
    """Why a retraining is due; None if it is not."""
    limits = policy.limits
    known = [
        metric
        for metric in metrics
        if policy.is_mended(metric)
        and metric.model_version == live
        and not metric.in_training
        and metric.verdict is not Verdict.UNKNOWN
        and policy.calendar.passed(metric.period, period) >= limits.labels_due_periods
    ]
    labelled = sorted({metric.period for metric in known}, reverse=True)
    if not labelled:
        return None
    severe = [metric for metric in known if metric.period == labelled[0] and policy.is_severe(metric)]
    if severe:
        first = min(severe, key=policy.rank)
        return policy.due(decision_text.severe(first, policy.title(first.metric), live, policy.calendar), first)
    below = {metric.period for metric in known if metric.verdict is Verdict.BREACH}
    running = list(takewhile(below.__contains__, labelled))
    if len(running) < limits.labelled_periods_below:
        return None
    breaches = [metric for metric in known if metric.period in running and metric.verdict is Verdict.BREACH]
    newest = max(metric.period for metric in breaches)
    worst = min((metric for metric in breaches if metric.period == newest), key=policy.rank)
    since, title = [metric.period for metric in breaches], policy.title(worst.metric)
    words = decision_text.lasting(since, worst, title, live, policy.calendar)
    return policy.due(words, worst)


def _cools(decision: Decision, period: date) -> bool:
    until = decision.cool_down_until
    return decision.period < period and decision.action is Action.RETRAIN and until is not None and period < until


def _period_of(decision: Decision) -> date:
    return decision.period


def _reason(
    why: Due | None, cooling: Decision | None, causes: Sequence[Cause], unknown: Sequence[str], calendar: Calendar
) -> str:
    said = decision_text.cooling(cooling.period, cooling.cool_down_until, calendar) if why and cooling else ""
    words = why.words if why else ""
    return decision_text.reason(why=words, cools=said, causes=causes, unknown=unknown, calendar=calendar)


def _holdout_start(asks: Metric, metrics: Sequence[Metric], period: date, policy: Policy) -> str:
    """The newest third of the labelled periods since the change; empty if the change is at most one period old.

    The change is that of the metric that `asks` for the retraining: another metric may have exceeded its limit earlier
    by chance.
    """
    calendar = policy.calendar
    newest_labelled = calendar.add(period, -policy.limits.labels_due_periods)
    changed_periods = calendar.passed(_cause(asks, metrics, policy).since, newest_labelled) + 1
    if changed_periods < 2:
        return ""
    return calendar.named(calendar.add(newest_labelled, 1 - max(1, changed_periods // 3)))
