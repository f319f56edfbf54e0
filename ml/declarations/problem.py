"""The interface of problem types, and the algorithms that can learn them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from ml.declarations.features import Feature
from ml.declarations.measures import Measure
from ml.declarations.monitored import Monitored
from ml.declarations.table import Column


class Algorithm(StrEnum):
    """What is fitted: trees of two libraries, a linear model or a network on one node; trees or a network over Spark.

    Networks need PyTorch to be fitted, which not every environment has: where it is not, the others go without them.
    """

    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    LINEAR = "linear"
    NETWORK = "network"
    SPARK_GBT = "spark_gbt"
    SPARK_NETWORK = "spark_network"

    @property
    def is_distributed(self) -> bool:
        """Whether its rows stay on Spark's workers."""
        return self in (Algorithm.SPARK_GBT, Algorithm.SPARK_NETWORK)

    @property
    def has_rounds(self) -> bool:
        """Whether a trial of it can end early, by its loss after each round or epoch."""
        return self in (Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.NETWORK)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Totals of answers: one row per event time and `keys`; `columns` are those, and what is said of each."""

    keys: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class ProblemType(ABC):
    """One kind of question.

    Attributes:
        name: in words.
        algorithms: what can learn it.
        label_types: the column types that its label may have.
        decides: whether its answers choose rows, from a threshold on.
    """

    name: ClassVar[str]
    algorithms: ClassVar[tuple[Algorithm, ...]]
    label_types: ClassVar[tuple[str, ...]]
    decides: ClassVar[bool] = False

    @property
    @abstractmethod
    def output(self) -> tuple[Column, ...]:
        """The columns of an answer, one row per input row."""

    @property
    @abstractmethod
    def measures(self) -> tuple[Measure, ...]:
        """The measures for comparing two models; the first summarizes a model."""

    @property
    @abstractmethod
    def monitored(self) -> tuple[Monitored, ...]:
        """The metrics of a period's outputs, the most informative first."""

    @property
    def totals(self) -> Totals | None:
        """The totals of its answers; None unless rows of a time are answered together."""
        return None

    @property
    def packages(self) -> tuple[str, ...]:
        """Distributions that its models need besides their algorithms; usually none."""
        return ()

    def lacks(self, measures: Iterable[Measure]) -> tuple[str, ...]:
        """The names of those `measures` that this problem does not have."""
        known = {measure.name for measure in self.measures}
        return tuple(measure.name for measure in measures if measure.name not in known)

    def wrong_label(self, label: Column) -> Iterator[str]:
        """Why `label` cannot be the label of this problem."""
        if label.type not in self.label_types:
            allowed = ", ".join(self.label_types)
            yield f"label {label.name!r} is {label.type}; {self.name} takes {allowed}: change the column or the problem"

    def wrong_features(self, features: Sequence[Feature]) -> Iterator[str]:
        """Why a model of this problem cannot take `features`; empty if it can."""
        del features
        yield from ()
