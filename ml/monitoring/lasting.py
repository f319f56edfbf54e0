"""Small changes that last: metrics over several periods, computed from each period's metrics. Pure.

A column's `location_shift` and `spread_shift` and the metrics that are compared with the hold-out add up over the
periods of one version. A metric of the hold-out is also averaged since the version's first period. An alarm is raised
when a sum or an average exceeds what chance explains. The metric reports the average change since it began, and the
smallest change that would be reported over as many periods.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ml.declarations import Calendar, Worse
from ml.evaluation.accumulated import Lasting, Seen, bound_of, sums
from ml.evaluation.promised import averages
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
    """How one series is judged: the chances that its sum and its average begin an alarm, and the smallest change that
    counts. A column has no average: what its sum forgets slowly is as well known as what it is compared with.
    """

    of_sum: float
    of_average: float | None
    least: float
    is_share: bool
    calendar: Calendar

    @classmethod
    def of(cls, metric: Metric, series: Mapping[tuple[int, str, str], object], policy: Policy) -> "_Chart":
        """A period's chance is split over the series of its kind, and for columns over both directions."""
        names = [name for version, name, _ in series if version == metric.model_version]
        limits, limit = policy.limits, _worse(metric, policy)
        if limit is None:
            return cls(
                of_sum=chances.of_shift(limits, metric.metric, names.count(metric.metric)) / 2,
                of_average=None,
                least=limits.least_lasting_shift,
                is_share=False,
                calendar=policy.calendar,
            )
        count = sum(name not in SHIFTS for name in names)
        return cls(
            of_sum=chances.of_sum(limits, count),
            of_average=chances.of_promise(limits, count),
            least=limit.at(metric.reference_value or 0.0)[0] * limits.least_lasting_share,
            is_share=policy.judged[metric.metric].below == 1.0 and metric.threshold_low is not None,
            calendar=policy.calendar,
        )


def _judged(series: Sequence[Metric], chart: _Chart) -> Iterator[Metric]:
    charts = [(sign, found) for sign in _signs(series[0]) for found in _found(series, sign, chart)]
    for place, metric in enumerate(series):
        sign, found = max(((sign, found[place]) for sign, found in charts), key=_excess)
        yield _metric(metric, sign, found, series[place + 1 - found.periods : place + 1], chart)


def _excess(side: tuple[int, Lasting]) -> float:
    return side[1].height - side[1].limit


def _signs(metric: Metric) -> tuple[int, ...]:
    """The directions to test: both for a column; for a metric only the worse one, which its bound shows."""
    if metric.metric in SHIFTS:
        return (1, -1)
    return (-1,) if metric.threshold_low is not None else (1,)


def _found(series: Sequence[Metric], sign: int, chart: _Chart) -> Iterator[list[Lasting]]:
    first = series[0]
    start = Seen(value=sign * (first.reference_value or 0.0), error=first.reference_error or 0.0)
    seen = [Seen(value=sign * (each.value or 0.0), error=_error(each, chart)) for each in series]
    yield sums(start, seen, bound=bound_of(chart.of_sum), least=chart.least)
    if chart.of_average is not None:
        yield averages(start, seen, chance=chart.of_average, least=chart.least)


def _error(metric: Metric, chart: _Chart) -> float:
    """The metric's standard error; of a share, what it would be if the promise held, as in Wilson 1927.

    The variance of a share v is v (1 - v) times what its rows decide, that of ROC AUC nearly (Hanley & McNeil 1982). A
    low share has a larger error than the promised one, which would hide a third of the false alarms that are allowed,
    and with them a part of what should be found.
    """
    error, value, promised = metric.error or 0.0, metric.value or 0.0, metric.reference_value or 0.0
    varies, would_vary = (each * (1 - each) for each in (value, promised))
    return error * math.sqrt(would_vary / varies) if chart.is_share and varies > 0 and would_vary > 0 else error


def _metric(metric: Metric, sign: int, found: Lasting, added: Sequence[Metric], chart: _Chart) -> Metric:
    """The metric, in its unit; its bound is the average change that would be an alarm."""
    change = sign * found.change
    bound = sign * min(abs(found.change), found.least) if found.alarms else None
    since = f" since {chart.calendar.named(added[0].period)}" if added else ""
    said = f"on average {number(change)} from what was expected over {found.periods} period(s){since}"
    limit = f"the {found.of} is {found.height:.1f} standard errors, the limit for chance is {found.limit:.1f}"
    return replace(
        metric,
        metric=f"{PREFIX}{metric.metric}",
        value=change,
        verdict=Verdict.BREACH if found.alarms else Verdict.OK,
        reason=f"{said}; {limit}",
        threshold_low=bound if sign < 0 else None,
        threshold_high=bound if sign > 0 else None,
        reference_value=0.0,
        lower=None,
        upper=None,
        error=None,
        reference_error=None,
    )
