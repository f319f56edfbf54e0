"""The model of a use case: what it learns from, how, and how it is promoted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.features import FeatureTable
from ml.declarations.gates import Gates
from ml.declarations.monitored import Monitored
from ml.declarations.monitoring import Monitoring
from ml.declarations.outcomes import Outcome
from ml.declarations.problem import Algorithm, ProblemType
from ml.declarations.problems import BinaryClassification
from ml.declarations.serving import Serving
from ml.declarations.sinks import SinkDeclaration, wrong_sinks
from ml.declarations.streaming import Streaming
from ml.declarations.table import Layer


class Promotion(StrEnum):
    """How a model reaches the next environment: trained there (deploy code), or copied (refused)."""

    DEPLOY_CODE = "deploy_code"
    COPY = "copy"


class Rescore(StrEnum):
    """When a row that has a prediction is scored again; every prediction stays, and the newest counts.

    NEVER: the first score counts. ON_CHANGE: if its features have changed since.
    ON_NEW_VERSION: once by each version that goes live.
    """

    NEVER = "never"
    ON_CHANGE = "on_change"
    ON_NEW_VERSION = "on_new_version"


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """The search for hyper-parameters: `trials` of each algorithm, so that equal inputs make equal models.

    With `timeout_s` it ends after that time if the trials take longer, and the version says so. `workers` trials are
    tried at once, on Spark's workers if it is more than one; another number finds other trials. With `prune_after`,
    once so many are done, a trial ends early if it is worse than half of them were after as many rounds or epochs.
    """

    trials: int
    timeout_s: int | None = None
    workers: int = 1
    prune_after: int | None = None

    def __post_init__(self) -> None:
        least = (("trials", self.trials), ("workers", self.workers), ("prune_after", self.prune_after))
        wrong = [f"{name} is {given}: give 1 or more" for name, given in least if given is not None and given < 1]
        if self.prune_after is not None and self.prune_after >= self.trials:
            wrong.append(f"prune_after is {self.prune_after}, and there are {self.trials} trials: give fewer, or none")
        require("tuning", wrong)


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that answers `problem` from `features` of a feature table, learned from `outcome.label`.

    Of several `algorithms` the search takes that, or that average of some, which does best on the tuning periods.
    `holdout_ratio` of the newest periods is held out of training and tuning and only meets the gates;
    `calibration_ratio` and `tuning_ratio` of the remaining periods, the newest, calibrate and tune.
    `defaults`: what stands for a feature while serving if the key that is asked for is unknown. A feature without one
    is null then, and a model refuses a null that it was not trained on.
    Without `serving` it scores in jobs only: on a schedule, or as rows arrive with `streaming`. `sinks`: where its
    predictions go beside the table `predictions`.
    `purpose`: what it is used for, and by whom; `not_for`: what it must not be used for. Its card says both.
    """

    name: str
    comment: str
    owner: str
    licence: str
    contains_personal_data: bool
    feature_table: FeatureTable
    features: tuple[str, ...]
    outcome: Outcome
    fairness_groups: tuple[str, ...]
    algorithms: tuple[Algorithm, ...]
    tuning: Tuning
    holdout_ratio: float
    tuning_ratio: float
    calibration_ratio: float
    seed: int
    gates: Gates
    monitoring: Monitoring = field(default_factory=Monitoring)
    serving: Serving | None = None
    problem: ProblemType = field(default_factory=BinaryClassification)
    promotion: Promotion = Promotion.DEPLOY_CODE
    defaults: Mapping[str, float | bool] = field(default_factory=dict)
    rescore: Rescore = Rescore.NEVER
    streaming: Streaming | None = None
    sinks: tuple[SinkDeclaration, ...] = ()
    purpose: str = ""
    not_for: str = ""

    def __post_init__(self) -> None:
        known = {feature.name for feature in self.feature_table.features}
        unknown = sorted((set(self.features) | set(self.fairness_groups)) - known)
        ratios = {
            "holdout_ratio": self.holdout_ratio,
            "tuning_ratio": self.tuning_ratio,
            "calibration_ratio": self.calibration_ratio,
        }
        require(
            f"model {self.name!r}",
            [
                f"features {unknown} are not in feature table {self.feature_table.name!r}" if unknown else None,
                None if self.features else "it has no features: name at least one",
                *self._wrong_defaults(),
                *self._wrong_problem(),
                *self.gates.wrong(self.problem),
                *self._wrong_algorithms(),
                *self.monitoring.wrong(self.problem, self.fairness_groups, costs=self._is_priced),
                *wrong_sinks(self.sinks),
                *self._undrifting(),
                "streaming answers rows as they arrive, and the problem answers those of a time together: leave "
                "streaming or the hierarchy out"
                if self.streaming and self.problem.totals
                else None,
                None
                if self.promotion is Promotion.DEPLOY_CODE
                else f"promotion is {self.promotion}, which no job does: declare {Promotion.DEPLOY_CODE}, so that each "
                "environment trains its own version by the same code",
                *(
                    None if 0 < ratio < 0.5 else f"{name} {ratio} is outside 0..0.5 (exclusive)"
                    for name, ratio in ratios.items()
                ),
            ],
        )

    def _wrong_defaults(self) -> list[str]:
        """A default would also replace nulls of the table, so a feature whose null has a meaning cannot have one."""
        nullable = {feature.name for feature in self.feature_table.features if feature.null_meaning is not None}
        return [
            f"defaults name {name!r}, {problem}"
            for name in self.defaults
            for wrong, problem in (
                (name not in self.features, "which is no feature of it: name one, or remove it"),
                (name in nullable, "whose null has a meaning of its own, which a default would hide: remove it"),
            )
            if wrong
        ]

    def _wrong_problem(self) -> Iterator[str]:
        """A label that the problem does not support, and features that no model supports."""
        label = next((column for column in self.outcome.table.columns if column.name == self.outcome.label), None)
        if label is None:
            yield f"label {self.outcome.label!r} is no column of {self.outcome.table.name!r}: name one of its columns"
        else:
            yield from self.problem.wrong_label(label)
        types = {feature.name: feature.type for feature in self.feature_table.features}
        strange = [name for name in self.features if types.get(name) == "binary"]
        if strange:
            yield f"features {strange} are binary, which no algorithm takes: derive numbers or text from them"
        taken = [feature for feature in self.feature_table.features if feature.name in self.features]
        yield from self.problem.wrong_features(taken)

    def _undrifting(self) -> Iterator[str]:
        """Features and outputs excluded from drift monitoring that the model does not have."""
        answers = {column.name for column in self.problem.output}
        strange = sorted(set(self.monitoring.drift_without) - set(self.features) - answers)
        if strange:
            yield f"monitoring leaves out the drift of {strange}, which are no features or answers: name some or none"

    def _wrong_algorithms(self) -> Iterator[str]:
        given, able = self.algorithms, self.problem.algorithms
        if not given or len(set(given)) < len(given):
            yield f"algorithms are {[str(each) for each in given]}: name at least one, each once"
        unfit = [str(each) for each in given if each not in able]
        if unfit:
            yield f"algorithms {unfit} cannot learn {self.problem.name}: name some of {', '.join(able)}"
        spread = [str(each) for each in given if each.is_distributed]
        if spread and len(given) > 1:
            yield (
                f"{', '.join(spread)} keeps its rows on Spark's workers, and the others want them on one node: name "
                f"{spread[0]} alone, or leave it out"
            )
        if spread and self.tuning.workers > 1:
            yield (
                f"tuning.workers is {self.tuning.workers}, and {spread[0]} fits each trial over all of Spark's "
                "workers: give 1"
            )
        if self.tuning.prune_after is not None and not any(each.has_rounds for each in given):
            yield (
                f"tuning.prune_after is {self.tuning.prune_after}, and {', '.join(given)} is not tried in rounds that "
                "could end early: leave it out"
            )
        types = {feature.name: feature.type for feature in self.feature_table.features}
        text = [name for name in self.features if types.get(name) in ("string", "date", "timestamp")]
        if text and self.is_distributed:
            yield f"{', '.join(spread)} takes numbers, and {text} are text or times: make numbers of them"

    @property
    def _is_priced(self) -> bool:
        return self.gates.comparison.costs is not None

    @property
    def monitored(self) -> tuple[Monitored, ...]:
        """The metrics of its outputs, each with its limit; the most informative first."""
        return self.monitoring.metrics(self.problem, self.fairness_groups, costs=self._is_priced)

    @property
    def is_distributed(self) -> bool:
        """Whether it is fitted on Spark's workers instead of one node."""
        return any(each.is_distributed for each in self.algorithms)

    @property
    def trains_on_workers(self) -> bool:
        """Whether its training uses Spark's workers: for fits, or for several trials at once."""
        return self.is_distributed or self.tuning.workers > 1

    def full_name(self, catalog: str, use_case: str) -> str:
        """`catalog.<usecase>_ops.<name>`, the registered model."""
        return f"{catalog}.{use_case}_{Layer.OPS}.{self.name}"
