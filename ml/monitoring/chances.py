"""How the declared rate of false alarms is shared among what may raise one. Pure.

With r = `false_alarms_per_period`, a stable period begins an alarm about columns with chance r, and one about answers,
over all metrics that are held against what came true, with chance r, too: each is shared by Bonferroni 1936, so that
the sum is kept whatever goes wrong together.
"""

from collections.abc import Collection

from ml.declarations import Monitored, Monitoring, Worse
from ml.declarations.monitored import Needs
from ml.monitoring.drift import SHIFTS

# Of what columns may be wrong by, what a period shows alone has little: its limits of size are beyond chance already.
_COLUMNS_ALONE = 0.05
# Values that lie elsewhere are what most often happens to a column; those that are wider need less of the chance, since
# a width that matters is seen in a period or two.
_OF_SHIFT = dict(zip(SHIFTS, (0.8, 0.2), strict=True))
# Of what answers may be wrong by, what a period shows alone. It is what asks for a retraining, and it has few tests.
_ANSWERS_ALONE = 0.1
# Of the rest, what averages since a version's beginning have: promises are mostly broken from the first period on. A
# loss of 0.04 ROC AUC promised by 6,000 rows is 3.6 standard errors after six periods of 1,000, so it needs most of the
# chance to be found by then; a later one is found by the sum with less, from the earlier periods that it knows.
_OF_PROMISE = 0.85
# Metrics held against the hold-out have most of what a period shows alone. The others' limits are beyond chance, but in
# small periods.
_HELD = 0.9


def of_columns(limits: Monitoring) -> float:
    """That some column of a stable period looks moved in this period alone, in one of the comparisons that are made:
    with the training data and, if declared, with the periods just before, half each.
    """
    comparisons = 1 if limits.sliding_periods is None else 2
    return limits.false_alarms_per_period * _COLUMNS_ALONE / comparisons


def of_shift(limits: Monitoring, metric: str, columns: int) -> float:
    """That the sum of `metric` of one of so many columns begins an alarm, up or down."""
    return limits.false_alarms_per_period * (1 - _COLUMNS_ALONE) * _OF_SHIFT[metric] / columns


def of_metric(limits: Monitoring, metric: Monitored, metrics: Collection[Monitored]) -> float:
    """That `metric`, one of the problem's `metrics`, is a breach of a stable period alone."""
    judged = [each for each in metrics if each.limit and Needs.GROUPS not in each.needs]
    held = isinstance(metric.limit, Worse)
    alike = [each for each in judged if isinstance(each.limit, Worse) is held]
    part = 1.0 if len(alike) == len(judged) else _HELD if held else 1 - _HELD
    return limits.false_alarms_per_period * _ANSWERS_ALONE * part / max(1, len(alike))


def of_promise(limits: Monitoring, metrics: int) -> float:
    """That the average of one of so many metrics begins an alarm."""
    return _of_lasting(limits, metrics) * _OF_PROMISE


def of_sum(limits: Monitoring, metrics: int) -> float:
    """That the sum of one of so many metrics begins an alarm."""
    return _of_lasting(limits, metrics) * (1 - _OF_PROMISE)


def _of_lasting(limits: Monitoring, metrics: int) -> float:
    return limits.false_alarms_per_period * (1 - _ANSWERS_ALONE) / metrics
