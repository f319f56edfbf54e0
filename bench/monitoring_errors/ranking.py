"""The delay until a loss of ROC AUC is reported, and the rate of false reports."""

import numpy as np
from scipy import stats

from bench.monitoring_errors.cells import CHANGED_PERIODS, STABLE_PERIODS, Floats
from bench.monitoring_errors.columns import CALENDAR, FIRST, LIMITS, POLICY
from bench.monitoring_errors.told import begun, delay, share
from ml.declarations import BinaryClassification
from ml.monitoring import chances
from ml.monitoring.lasting import lasting
from ml.monitoring.metric import Metric
from ml.problems.classification.binary_monitors import RANKING, area
from ml.problems.finding import Verdict
from ml.problems.monitor import Bounds

PROMISED, HOLDOUT_ROWS = 0.78, 6_000
_POSITIVE = 0.2
# The area and the rows of each row of the table, and its number of series: false alarms are rare.
LOSSES = (
    (PROMISED, 1000, 2000),
    (0.74, 1000, 1000),
    (0.74, 500, 400),
    (0.70, 1000, 200),
    (0.74, 5000, 100),
)


def part(now: float, rows: int, number: int, count: int) -> list[list[bool]]:
    """A number of series: whether each of their periods is in breach, alone or cumulatively."""
    random = np.random.default_rng([7, number])
    return [_series(now, rows, random) for _ in range(count)]


def _series(now: float, rows: int, random: np.random.Generator) -> list[bool]:
    metrics = LIMITS.metrics(BinaryClassification(), ())
    chance = chances.of_metric(LIMITS, RANKING.declared, metrics)
    promised = area(*_scores(random, PROMISED, HOLDOUT_ROWS))
    seen, periods = [], STABLE_PERIODS if now == PROMISED else CHANGED_PERIODS
    for period in range(periods):
        bound = Bounds(limit=RANKING.declared.limit, chance=chance, promised=promised)
        found = RANKING.judge(area(*_scores(random, now, rows)), bound)
        at = CALENDAR.add(FIRST, period)
        seen.append(Metric(period=at, model_version=1, in_training=False, **vars(found)))
    told = {each.period for each in (*seen, *lasting(seen, POLICY)) if each.verdict is Verdict.BREACH}
    return [CALENDAR.add(FIRST, period) in told for period in range(periods)]


def _scores(random: np.random.Generator, wanted: float, rows: int) -> tuple[Floats, Floats]:
    """Labels and scores with the wanted ROC AUC: two normals whose distance is sqrt(2) times its normal quantile."""
    labels = (random.random(rows) < _POSITIVE).astype(float)
    apart = 2**0.5 * float(stats.norm.ppf(wanted))
    return labels, np.asarray(stats.norm.cdf(random.normal(size=rows) + apart * labels))


def row(now: float, rows: int, found: list[list[bool]]) -> str:
    """A row of the table."""
    periods = len(found) * STABLE_PERIODS
    told = f"{share(begun(found), periods)} of {periods:,} months" if now == PROMISED else delay(found)
    return f"| {now:.2f}{' (steady)' if now == PROMISED else ''} | {rows:,} | {len(found)} | {told} |"
