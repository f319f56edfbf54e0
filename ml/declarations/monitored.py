"""Metrics of a problem's outputs in monitoring: names, titles, default limits.

Light values; the code that measures each lies in the problem's folder in `ml/problems/`.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from ml.declarations.causes import TrainingCause
from ml.declarations.limits import Limit, Limits, LimitsByShare, Worse, WorseByShare

# Begins the names of metrics that compare a period with those just before it, not with the version's training data.
SLIDING = "sliding_"


class Needs(StrEnum):
    """What a metric needs besides the features and the answers of a period: true values, declared groups, or costs."""

    OUTCOMES = "outcomes"
    GROUPS = "groups"
    COSTS = "costs"


@dataclass(frozen=True, kw_only=True)
class Monitored:
    """One metric.

    Attributes:
        name: in the table `metrics`.
        title: for people.
        limit: holds if a model declares no other; None: it is written with its interval, and judged only if a model
            declares a limit, which is `Worse` or `WorseByShare`.
        needs: what it needs beside features and answers.
        mended_as: what a retraining answers if the metric is beyond its limits; None: a retraining does not mend it.
        below: no value comes this far, so no limit may.
    """

    name: str
    title: str
    limit: Limit | None
    needs: frozenset[Needs] = frozenset({Needs.OUTCOMES})
    mended_as: TrainingCause | None = None
    below: float = math.inf

    def problems_of(self, limit: Limit) -> list[str]:
        """Why `limit` is not valid for it."""
        kind = Limits if isinstance(self.limit, Limits) else Worse
        if not isinstance(limit, kind):
            return [
                f"the limit of {self.name} is {type(limit).__name__}; give {kind.__name__} or {kind.__name__}ByShare"
            ]
        given = {name: value for name, value in vars(limit).items() if value >= self.below}
        return [
            f"{name} of {self.name} is {value}, which it never reaches: give less than {self.below:g}"
            for name, value in given.items()
            if type(limit) is kind
        ]


_PERFORMANCE, _CALIBRATION = TrainingCause.PERFORMANCE, TrainingCause.CALIBRATION
# 0.05 is two standard errors of a 1,000-row period at AUC 0.78, and a sixth of what separates that from a coin.
AREA = Monitored(name="roc_auc", title="ROC AUC", limit=Worse(act=0.05, severe=0.10), mended_as=_PERFORMANCE, below=1.0)
# Calibration suffers as ranking does, and a new fit mends both. The outcome's own rate is a fact about the world.
CALIBRATION = Monitored(
    name="expected_calibration_error",
    title="calibration error",
    limit=Limits(warn=0.05, act=0.08),
    mended_as=_CALIBRATION,
    below=1.0,
)
OUTCOME_RATE = Monitored(name="outcome_rate", title="outcome rate", limit=Limits(warn=0.05, act=0.10), below=1.0)
# The four-fifths order of magnitude, as in the compliance gate.
_GROUPS = Limits(warn=0.15, act=0.20)
PARITY = Monitored(
    name="demographic_parity_difference",
    title="demographic parity difference",
    limit=_GROUPS,
    needs=frozenset({Needs.GROUPS}),
    below=1.0,
)
OPPORTUNITY = Monitored(
    name="equal_opportunity_difference",
    title="equal opportunity difference",
    limit=_GROUPS,
    needs=frozenset({Needs.OUTCOMES, Needs.GROUPS}),
    below=1.0,
)
# 0.1 nats: what came true has e**-0.1 of the probability that it had on the hold-out, a tenth less.
MEAN_LOSS = Monitored(name="log_loss", title="log loss", limit=Worse(act=0.10, severe=0.25), mended_as=_PERFORMANCE)
ACCURACY = Monitored(
    name="accuracy", title="accuracy", limit=Worse(act=0.05, severe=0.10), mended_as=_PERFORMANCE, below=1.0
)
CLASS_RATE = Monitored(name="class_rate", title="class rate", limit=Limits(warn=0.05, act=0.10), below=1.0)
ACCURACY_DIFFERENCE = Monitored(
    name="accuracy_difference",
    title="accuracy difference",
    limit=_GROUPS,
    needs=frozenset({Needs.OUTCOMES, Needs.GROUPS}),
    below=1.0,
)
# 15 % is three standard errors of a 1,000-row period beside an equal hold-out if errors are normal.
ABSOLUTE_ERROR = Monitored(
    name="mean_absolute_error",
    title="mean absolute error",
    limit=WorseByShare(act=0.15, severe=0.50),
    mended_as=_PERFORMANCE,
)
# Of the hold-out's mean absolute error, which is 0.8 standard deviations of normal errors: a bias of 0.2 and 0.4 of
# them, which Cohen 1988, "Statistical Power Analysis", calls small and nearly medium.
BIAS = Monitored(
    name="mean_error", title="mean error", limit=LimitsByShare(warn=0.25, act=0.50), mended_as=_CALIBRATION
)
# A group that is answered too high by as much as is a bias of the whole.
BIAS_DIFFERENCE = Monitored(
    name="mean_error_difference",
    title="mean error difference",
    limit=LimitsByShare(warn=0.25, act=0.50),
    needs=frozenset({Needs.OUTCOMES, Needs.GROUPS}),
)
COVERAGE = Monitored(
    name="coverage", title="coverage", limit=Limits(warn=0.05, act=0.10), mended_as=_CALIBRATION, below=1.0
)
# As a regression's error; scaled, since series differ in size.
SCALED_ERROR = Monitored(
    name="scaled_error", title="scaled error", limit=WorseByShare(act=0.15, severe=0.50), mended_as=_PERFORMANCE
)
# From 1 on, repeating the last season would have done as well; a tenth above it is surely not worth a model.
ERROR_OVER_NAIVE = Monitored(
    name="error_over_naive",
    title="error over the naive forecast's",
    limit=Limits(warn=1.0, act=1.1),
    mended_as=_PERFORMANCE,
)
# Of the hold-out's scaled error, as a regression's bias is of its absolute error.
FORECAST_BIAS = Monitored(
    name="scaled_bias", title="scaled bias", limit=LimitsByShare(warn=0.25, act=0.50), mended_as=_CALIBRATION
)
FORECAST_COVERAGE = Monitored(
    name="interval_coverage",
    title="interval coverage",
    limit=Limits(warn=0.05, act=0.10),
    mended_as=_CALIBRATION,
    below=1.0,
)
SCALED_BIAS_DIFFERENCE = Monitored(
    name="scaled_bias_difference",
    title="scaled bias difference",
    limit=LimitsByShare(warn=0.25, act=0.50),
    needs=frozenset({Needs.OUTCOMES, Needs.GROUPS}),
)


def _written(name: str, title: str, *, below: float = math.inf) -> Monitored:
    """A metric that people name, and that no model is judged by unless it says so."""
    return Monitored(name=name, title=title, limit=None, mended_as=_PERFORMANCE, below=below)


HIT_RATE = replace(ACCURACY, limit=None)
PRECISION = _written("precision", "precision", below=1.0)
RECALL = _written("recall", "recall", below=1.0)
F1 = _written("f1", "F1", below=1.0)
AVERAGE_PRECISION = _written("average_precision", "average precision", below=1.0)
LOSS = replace(MEAN_LOSS, limit=None)
BRIER = _written("brier_score", "Brier score", below=2.0)
# Means over the classes, each class weighing as much.
MACRO_PRECISION = _written("macro_precision", "macro precision", below=1.0)
MACRO_RECALL = _written("macro_recall", "macro recall", below=1.0)
MACRO_F1 = _written("macro_f1", "macro F1", below=1.0)
MACRO_AREA = _written("macro_roc_auc", "macro ROC AUC", below=1.0)
CLASS_CALIBRATION = _written("expected_calibration_error", "calibration error", below=1.0)
SQUARED_ERROR = _written("root_mean_squared_error", "root mean squared error")
# In the unit of the declared costs.
COST_A_ROW = replace(_written("cost", "cost a row"), needs=frozenset({Needs.OUTCOMES, Needs.COSTS}))
MEDIAN_ERROR = _written("median_absolute_error", "median absolute error")
EXPLAINED = _written("r2", "R2")
# Of what the totals come to.
ERROR_OF_TOTALS = _written("error_of_totals", "error of the totals")


def _expected(known: Monitored) -> Monitored:
    """What the answers alone lead to expect of a metric, before outcomes are known. No training mends the world."""
    return Monitored(
        name=f"expected_{known.name}",
        title=f"expected {known.title}",
        limit=None,
        needs=known.needs - {Needs.OUTCOMES},
        below=known.below,
    )


EXPECTED_AREA, EXPECTED_ACCURACY = _expected(AREA), _expected(ACCURACY)
EXPECTED_COST = _expected(COST_A_ROW)
EXPECTED_PRECISION, EXPECTED_RECALL = _expected(PRECISION), _expected(RECALL)
EXPECTED_ERROR, EXPECTED_COVERAGE = _expected(ABSOLUTE_ERROR), _expected(COVERAGE)
EXPECTED_SCALED_ERROR, EXPECTED_FORECAST_COVERAGE = _expected(SCALED_ERROR), _expected(FORECAST_COVERAGE)
