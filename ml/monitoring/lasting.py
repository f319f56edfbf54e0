"""Small changes that last: metrics over several periods, computed from each period's metrics. Pure.

A column's `location_shift` and `spread_shift` and the metrics that are compared with the hold-out add up over the
periods of one version. An alarm is raised when the sum exceeds the height that chance explains. The metric reports the
average change since it began, and the smallest change that would be reported over as many periods.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ml.declarations import Calendar, Worse
from ml.evaluation.accumulated import Bound, Seen, Sum, allowance, bound_of, upward
from ml.monitoring import chances
from ml.monitoring.drift import SHIFTS
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Policy
from ml.problems.finding import Kind, Verdict, number

PREFIX = "lasting_"


def lasting(metrics: Sequence[Metric], policy: Policy) -> list[Metric]:
    """One metric `lasting_<metric>` for each metric that adds up, column and period; ok or breach."""
    series: dict[tuple[int, str, str], list[Metric]] = {}
    for each in sorted(metrics, key=lambda metric: metric.period):
        if _adds_up(each, policy):
            series.setdefault((each.model_version, each.metric, each.column), []).append(each)
    return [found for of_one in series.values() for found in _judged(of_one, _Chart.of(of_one[0], series, policy))]


def _adds_up(metric: Metric, policy: Policy) -> bool:
    known = metric.value is not None and metric.error and metric.reference_value is not None
    if not known or metric.in_training or not metric.reference_error:
        return False
    return metric.metric in SHIFTS or (metric.kind is Kind.PERFORMANCE and _worse(metric, policy) is not None)


def _worse(metric: Metric, policy: Policy) -> Worse | None:
    declared = policy.judged.get(metric.metric)
    return declared.limit if declared and isinstance(declared.limit, Worse) else None


@dataclass(frozen=True, kw_only=True)
class _Chart:
    """How one series is judged: the bound that chance seldom reaches, and the smallest change that counts.

    `unsure`: the error of the hold-out's value, in errors of a period; 0: each period joins its own reference.
    """

    bound: Bound
    least: float
    unsure: float
    calendar: Calendar

    @classmethod
    def of(cls, metric: Metric, series: Mapping[tuple[int, str, str], object], policy: Policy) -> "_Chart":
        """A period's chance is split over the series of its kind, and for columns over both directions."""
        is_shift = metric.metric in SHIFTS
        of_version = [name for version, name, _ in series if version == metric.model_version]
        if is_shift:
            chance = chances.of_shift(policy.limits, metric.metric, of_version.count(metric.metric)) / 2
        else:
            chance = chances.of_sum(policy.limits, sum(name not in SHIFTS for name in of_version))
        limit = _worse(metric, policy)
        least = policy.limits.least_lasting_shift if limit is None else limit.at(metric.reference_value or 0.0)[0]
        unsure = 0.0 if is_shift else _unsure(metric)
        return cls(
            bound=bound_of(chance, unsure),
            least=least * (1.0 if is_shift else policy.limits.least_lasting_share),
            unsure=unsure,
            calendar=policy.calendar,
        )


def _unsure(metric: Metric) -> float:
    """The error of the hold-out's value, in errors of a period."""
    return max(0.01, round((metric.reference_error or 0.0) / (metric.error or 1.0), 2))


def _judged(series: Sequence[Metric], chart: _Chart) -> Iterator[Metric]:
    sides = [_sums(series, sign, chart) for sign in _signs(series[0])]
    for place, metric in enumerate(series):
        sign, found = max(((sign, sums[place]) for sign, sums in sides), key=_height_of_side)
        yield _metric(metric, sign, found, series[place + 1 - found.periods : place + 1], chart)


def _height_of_side(side: tuple[int, Sum]) -> float:
    return side[1].height


def _signs(metric: Metric) -> tuple[int, ...]:
    """The directions to test: both for a column; for a metric only the worse one, which its bound shows."""
    if metric.metric in SHIFTS:
        return (1, -1)
    return (-1,) if metric.threshold_low is not None else (1,)


def _sums(series: Sequence[Metric], sign: int, chart: _Chart) -> tuple[int, list[Sum]]:
    first = series[0]
    start = Seen(value=sign * (first.reference_value or 0.0), error=first.reference_error or 0.0)
    seen = [Seen(value=sign * (each.value or 0.0), error=each.error or 0.0) for each in series]
    return sign, upward(start, seen, bound=chart.bound, least=chart.least, joins=not chart.unsure)


def _metric(metric: Metric, sign: int, found: Sum, added: Sequence[Metric], chart: _Chart) -> Metric:
    """The metric, in its unit. With equal errors, a sum above its height is an average change above this bound."""
    error = (metric.error or 0.0) if chart.unsure else ((metric.error or 0.0) ** 2 + _squared(metric)) ** 0.5
    height = chart.bound.height
    breach = found.height > height
    change = sign * found.change
    bound = sign * min(abs(found.change), _told_from(found, error, chart)) if breach else None
    since = f" since {chart.calendar.named(added[0].period)}" if added else ""
    said = f"on average {number(change)} from what was expected over {found.periods} period(s){since}"
    return replace(
        metric,
        metric=f"{PREFIX}{metric.metric}",
        value=change,
        verdict=Verdict.BREACH if breach else Verdict.OK,
        reason=f"{said}; the sum is {found.height:.1f} standard errors, the limit for chance is {height:.1f}",
        threshold_low=bound if sign < 0 else None,
        threshold_high=bound if sign > 0 else None,
        reference_value=0.0,
        lower=None,
        upper=None,
        error=None,
        reference_error=None,
    )


def _squared(metric: Metric) -> float:
    return (metric.reference_error or 0.0) ** 2


def _told_from(found: Sum, error: float, chart: _Chart) -> float:
    least = max(allowance(chart.unsure), chart.least / 2 / max(error, 1e-12))
    return (chart.bound.height / max(1, found.periods) + least) * error
