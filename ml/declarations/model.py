"""Features, outcomes and the model trained on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.table import Column, Layer, Table


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One feature: a Spark SQL expression over one row of the feature table's source.

    `null_meaning` says why a feature may be null; without it a null fails the features task.
    """

    name: str
    expression: str
    type: str
    comment: str
    unit: str | None = None
    null_meaning: str | None = None
    sensitive: bool = False

    def as_column(self) -> Column:
        """This feature as a column of its gold table."""
        return Column(
            name=self.name,
            type=self.type,
            comment=self.comment,
            unit=self.unit,
            nullable=self.null_meaning is not None,
            sensitive=self.sensitive,
        )


@dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """A gold table of features: one row per `key` and `event_time` (when the values became known)."""

    name: str
    source: Table
    key: str
    event_time: str
    features: tuple[Feature, ...]
    owner: str
    comment: str

    def __post_init__(self) -> None:
        names = [feature.name for feature in self.features]
        doubles = sorted({name for name in names if names.count(name) > 1})
        columns = [column.name for column in self.source.columns]
        absent = [name for name in (self.key, self.event_time) if name not in columns]
        require(
            f"feature table {self.name!r}",
            [
                f"features {doubles} are declared twice: remove one" if doubles else None,
                f"{absent} are not columns of its source {self.source.name!r}" if absent else None,
            ],
        )

    @property
    def table(self) -> Table:
        """The gold table that the features task writes."""
        heads = tuple(self.source.column(name) for name in (self.key, self.event_time))
        return Table(
            name=self.name,
            layer=Layer.GOLD,
            columns=heads + tuple(feature.as_column() for feature in self.features),
            keys=(self.key, self.event_time),
            owner=self.owner,
            comment=self.comment,
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The gold table of what came true: one row per `key`, known from `known_from` on.

    `event_time` is the time the prediction was for; a training row joins the newest feature row whose
    event time is not after it, and counts only once `known_from` is not after the training cut-off.
    """

    table: Table
    source: Table
    key: str
    event_time: str
    known_from: str
    label: str


class Algorithm(StrEnum):
    """Where a model is fitted: on one node, or distributed over Spark."""

    XGBOOST = "xgboost"
    SPARK_GBT = "spark_gbt"


class Promotion(StrEnum):
    """How a model reaches the next environment: trained there (deploy code), or copied from the last."""

    DEPLOY_CODE = "deploy_code"
    COPY = "copy"


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
