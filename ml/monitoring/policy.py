"""The policy for a model's metrics: when each is judged, whether a retraining fixes it, what is severe. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ml.declarations import Calendar, Model, Monitored, Monitoring, TrainingCause, Worse
from ml.declarations.monitored import SLIDING, Needs
from ml.monitoring.metric import Metric
from ml.monitoring.window import judged
from ml.problems.finding import SLICE_LOSS, Kind, Verdict


@dataclass(frozen=True, kw_only=True)
class Due:
    """Why a retraining is due, in words; the cause that it must fix; and the metric that requires it."""

    words: str
    trains_for: TrainingCause | None
    metric: Metric


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A model's limits, the periods they count, and the metrics of its problem by name, the most important first."""

    limits: Monitoring
    calendar: Calendar
    judged: Mapping[str, Monitored]

    def title(self, metric: str) -> str:
        """The display name of a metric of the problem; empty for one that every model has."""
        if metric in self.judged:
            return self.judged[metric].title
        over_periods = self.judged.get(metric.removeprefix("lasting_"))
        return f"{over_periods.title}, lasting change" if over_periods else ""

    def against(self, metric: Metric) -> str:
        """What drift is measured from, in words; empty if there is only one comparison, or for other metrics."""
        periods = self.limits.sliding_periods
        if metric.metric.startswith(SLIDING):
            return self.calendar.before(periods) if periods else f"the {self.calendar.period}s before"
        return f"training data of version {metric.model_version}" if periods and metric.kind is Kind.DRIFT else ""

    def rank(self, metric: Metric) -> int:
        """Its place among the problem's metrics; others come after."""
        return list(self.judged).index(metric.metric) if metric.metric in self.judged else len(self.judged)

    def waits(self, metric: Metric) -> bool:
        """Whether it needs outcomes, which arrive later than the rows."""
        known = self.judged.get(metric.metric)
        if known is None:
            return metric.kind is Kind.PERFORMANCE or metric.metric == SLICE_LOSS
        return Needs.OUTCOMES in known.needs

    def is_mended(self, metric: Metric) -> bool:
        """Whether a retraining fixes it."""
        known = self.judged.get(metric.metric)
        of_model = metric.kind is Kind.PERFORMANCE and metric.verdict is not Verdict.RECORDED
        return of_model and known is not None and known.mended_as is not None

    def due(self, words: str, metric: Metric) -> Due:
        """A retraining that `metric` requires, with this reason."""
        return Due(words=words, trains_for=self.judged[metric.metric].mended_as, metric=metric)

    def is_severe(self, metric: Metric) -> bool:
        """Whether it alone requires a retraining: a breach, and worse than on the hold-out by more than `severe`."""
        known = self.judged.get(metric.metric)
        if known is None or not isinstance(known.limit, Worse) or metric.verdict is not Verdict.BREACH:
            return False
        promised = metric.reference_value or 0.0
        _, severe = known.limit.at(promised)
        return abs(promised - (metric.value or 0.0)) > severe


def policy_of(model: Model, calendar: Calendar) -> Policy:
    """The policy of a declared model, judged by the periods of `calendar`."""
    return Policy(limits=model.monitoring, calendar=calendar, judged={each.name: each for each in judged(model)})
