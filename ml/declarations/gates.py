"""Promotion gates. All are on by default; a missing, NaN or unknown input blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ml.declarations.causes import TrainingCause
from ml.declarations.errors import require
from ml.declarations.measures import COST, Measure
from ml.declarations.problem import ProblemType


@dataclass(frozen=True, kw_only=True)
class Costs:
    """The cost of one wrong decision relative to a right one, in one unit of money."""

    false_positive: float
    false_negative: float

    def __post_init__(self) -> None:
        given = {"false_positive": self.false_positive, "false_negative": self.false_negative}
        wrong = [f"{name} costs {value}: give more than 0" for name, value in given.items() if not value > 0]
        require("costs", wrong)

    @property
    def cheapest_threshold(self) -> float:
        """The probability from which choosing a row costs least, if probabilities are calibrated (Elkan 2001)."""
        return self.false_positive / (self.false_positive + self.false_negative)


@dataclass(frozen=True, kw_only=True)
class LeakLimits:
    """Limits beyond which a model probably knows the outcome or its hold-out.

    `believable_score`: the best value of the problem's first measure that you believe in: of ROC AUC the largest, of a
    loss or an error the smallest. None: 0.97 of ROC AUC; of a loss or an error, what leaves 3 % unexplained.
    `max_single_feature_ranking`: the chance that one feature by itself ranks two rows with different outcomes right, in
    either direction. For a yes or no it is the feature's ROC AUC.
    `max_feature_share`: of one feature in what the model knows, by shuffling it (permutation importance).
    `max_repeated_keys_ratio` and `max_repeated_rows_ratio`: of the hold-out rows, those with the key, or with all
    feature values, of a row that was fitted on. Declare more if clients return.
    """

    believable_score: float | None = None
    max_single_feature_ranking: float = 0.95
    max_feature_share: float = 0.95
    max_repeated_keys_ratio: float = 0.05
    max_repeated_rows_ratio: float = 0.05


@dataclass(frozen=True, kw_only=True)
class ComplianceGate:
    """Required documentation of a model version, and allowed differences between groups.

    `decides_at`: the probability from which on a row is chosen, or the costs of wrong decisions, from which it follows.
    Only a yes or no decides, and must declare it. The hold-out has no part in it; metrics, fairness and monitoring all
    decide there.
    Of the groups with at least `min_group_rows` hold-out rows `max_group_difference` bounds, for a yes or no, the
    difference between the largest and the smallest selection rate, and between true positive rates (Agarwal et al.
    2018, "A Reductions Approach to Fair Classification"; Hardt, Price & Srebro 2016); of several classes, between
    accuracies, and between the recalls of a class (Berk et al. 2018, "Fairness in Criminal Justice Risk Assessments");
    of a value, between mean errors, in the label's unit (Calders et al. 2013, "Controlling Attribute Effect in Linear
    Regression"). `min_selection_ratio` bounds the smallest selection rate by the largest (0.8: the four-fifths rule of
    EEOC 1978; None: it is only stated). A limit is broken only beyond chance. Nothing is asked of a model without
    groups.
    """

    max_group_difference: float
    min_group_rows: int
    decides_at: float | Costs | None = None
    min_selection_ratio: float | None = None
    leaks: LeakLimits = LeakLimits()

    def __post_init__(self) -> None:
        at = self.decides_at
        wrong = isinstance(at, float | int) and not 0 < at < 1
        require("compliance gate", [f"decides_at is {at}: give a probability over 0, under 1" if wrong else None])

    @property
    def decision_threshold(self) -> float:
        """The probability from which on a row is chosen. Raises ValueError if nothing decides."""
        if self.decides_at is None:
            raise ValueError("the compliance gate declares no decides_at, so there is no threshold to decide at")
        return self.decides_at.cheapest_threshold if isinstance(self.decides_at, Costs) else self.decides_at


@dataclass(frozen=True, kw_only=True)
class MeasureRule:
    """One measure of the comparison.

    `margin`: how much worse than the champion a challenger may be, in the measure's unit. `limit`: what the challenger
    must reach by itself: at least, if higher is better, else at most. None: no such limit.
    """

    measure: Measure
    margin: float
    limit: float | None = None

    def problems(self) -> list[str]:
        """What is wrong with it."""
        return [] if self.margin > 0 else [f"margin of {self.measure.name} is {self.margin}: give more than 0"]


def _improve() -> Mapping[TrainingCause, Measure]:
    return {}


@dataclass(frozen=True, kw_only=True)
class ComparisonGate:
    """Compares the challenger with the champion on the same hold-out rows, by paired bootstrap intervals.

    It must not be worse than the champion by the margin of any measure: so says a one-sided bound at `confidence`.
    If the version was trained for a cause that `must_improve` names, that measure must be better by more than chance:
    its whole interval at `confidence` lies on the better side of zero. Causes that are left out need no improvement:
    renewing a model that is as good is enough.
    With fewer rows than `min_holdout_rows` nothing can be said, which blocks. `costs` is what `COST` counts.
    """

    measures: tuple[MeasureRule, ...]
    must_improve: Mapping[TrainingCause, Measure] = field(default_factory=_improve)
    costs: Costs | None = None
    confidence: float = 0.95
    resamples: int = 1000
    min_holdout_rows: int = 500

    def __post_init__(self) -> None:
        names = [rule.measure.name for rule in self.measures]
        strange = sorted({measure.name for measure in self.must_improve.values()} - set(names))
        require(
            "comparison gate",
            [
                None if names else "it judges no measure: name at least one",
                None if len(names) == len(set(names)) else f"measures {names} repeat a name: keep one of each",
                *(problem for rule in self.measures for problem in rule.problems()),
                f"must_improve names {strange}, which it does not judge: add them to measures" if strange else None,
                "it judges cost, but no costs are declared: give costs"
                if COST.name in names and not self.costs
                else None,
                None if 0.5 < self.confidence < 1 else f"confidence {self.confidence} is outside 0.5..1 (exclusive)",
            ],
        )

    def rule(self, measure: Measure) -> MeasureRule | None:
        """The rule of `measure`, or None if it is not judged."""
        return next((rule for rule in self.measures if rule.measure == measure), None)


@dataclass(frozen=True, kw_only=True)
class InfrastructureGate:
    """In a clean process the model loads and answers according to its schema, within time and memory limits.

    `max_load_s` is processor time, so a busy machine does not change the verdict. A load that hangs is stopped later.
    """

    max_load_s: float
    max_latency_ms: float
    max_memory_mib: float


class SignOff(StrEnum):
    """Who releases a version that passed the other gates: the pipeline or a named person."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


@dataclass(frozen=True, kw_only=True)
class Gates:
    """The four gates that every version passes before it can be champion."""

    compliance: ComplianceGate
    comparison: ComparisonGate
    infrastructure: InfrastructureGate
    sign_off: SignOff = SignOff.AUTOMATIC

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures used by the gates."""
        return tuple(rule.measure for rule in self.comparison.measures)

    def wrong(self, problem: ProblemType) -> Iterator[str]:
        """Settings that `problem` does not support, and missing ones that it needs."""
        lacking = problem.lacks(self.measures)
        if lacking:
            yield (
                f"gates judge by {', '.join(lacking)}, which {problem.name} does not have: it is measured by "
                f"{', '.join(measure.name for measure in problem.measures)}"
            )
        if problem.decides and self.compliance.decides_at is None:
            yield (
                f"compliance gate has no decides_at, and {problem.name} decides: give the probability from which on a "
                "row is chosen, or Costs"
            )
        given = {
            "decides_at": self.compliance.decides_at,
            "min_selection_ratio": self.compliance.min_selection_ratio,
            "costs": self.comparison.costs,
        }
        needless = [name for name, value in given.items() if value is not None]
        if not problem.decides and needless:
            yield f"gates have {', '.join(needless)}, and {problem.name} decides nothing: remove {_them(needless)}"
