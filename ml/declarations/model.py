"""The model of a use case: what it learns from, how, and how it reaches the next environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.features import FeatureTable
from ml.declarations.outcomes import Outcome
from ml.declarations.table import Layer


class Algorithm(StrEnum):
    """Where a model is fitted: on one node, or distributed over Spark."""

    XGBOOST = "xgboost"
    SPARK_GBT = "spark_gbt"


class Promotion(StrEnum):
    """How a model reaches the next environment: trained there (deploy code), or copied from the last."""

    DEPLOY_CODE = "deploy_code"
    COPY = "copy"


class Rescore(StrEnum):
    """When a row that has a prediction is scored again; every prediction stays, and the newest counts.

    NEVER: the version that was live first has the word. ON_CHANGE: if its features have changed since.
    ON_NEW_VERSION: once by each version that goes live.
    """

    NEVER = "never"
    ON_CHANGE = "on_change"
    ON_NEW_VERSION = "on_new_version"


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Bounds of the hyper-parameter search: it stops at whichever is reached first."""

    trials: int
    timeout_s: int


@dataclass(frozen=True, kw_only=True)
class Model:
    """A binary classifier over `features` of a feature table, predicting `outcome.label`.

    `holdout_ratio` of the newest months is held out of training and tuning and only meets the gates;
    `calibration_ratio` and `tuning_ratio` of the remaining months, the newest, calibrate and tune.
    `defaults`: what stands for a feature while serving if the key that is asked for is unknown. A feature without one
    is null then, and a model refuses a null that it was not trained on.
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
    algorithm: Algorithm
    tuning: Tuning
    holdout_ratio: float
    tuning_ratio: float
    calibration_ratio: float
    seed: int
    promotion: Promotion = Promotion.DEPLOY_CODE
    defaults: Mapping[str, float | bool] = field(default_factory=dict)
    rescore: Rescore = Rescore.NEVER

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
                *(
                    None if 0 < ratio < 0.5 else f"{name} {ratio} is outside 0..0.5 (exclusive)"
                    for name, ratio in ratios.items()
                ),
            ],
        )

    def _wrong_defaults(self) -> list[str]:
        """A null of the table would be replaced as well, so a feature whose null has a meaning can have no default."""
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

    def full_name(self, catalog: str, use_case: str) -> str:
        """`catalog.<usecase>_ops.<name>`, the registered model."""
        return f"{catalog}.{use_case}_{Layer.OPS}.{self.name}"
