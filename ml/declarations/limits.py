"""Limits of monitoring metrics: the values for a warning and for a breach."""

from dataclasses import dataclass

from ml.declarations.errors import require


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Above `warn` a value deserves a look, above `act` it is a breach. In the metric's unit."""

    warn: float
    act: float

    def __post_init__(self) -> None:
        require(
            f"limits warn={self.warn} act={self.act}",
            [None if 0 < self.warn <= self.act else "0 < warn <= act is required: swap or raise them"],
        )

    def at(self, promised: float) -> tuple[float, float]:
        """Both in the metric's unit, if the hold-out has `promised`."""
        del promised
        return self.warn, self.act


@dataclass(frozen=True, kw_only=True)
class LimitsByShare(Limits):
    """Limits as shares of the hold-out's value: 0.25 is a quarter of it."""

    def at(self, promised: float) -> tuple[float, float]:
        """A share of `promised` each."""
        return self.warn * abs(promised), self.act * abs(promised)


@dataclass(frozen=True, kw_only=True)
class Worse:
    """How much worse than on the hold-out a metric may be, in its unit.

    More than `act` is a breach; a breach of more than `severe` calls for a retraining after a single period.
    """

    act: float
    severe: float

    def __post_init__(self) -> None:
        require(
            f"worse by act={self.act} severe={self.severe}",
            [None if 0 < self.act <= self.severe else "0 < act <= severe is required: swap or raise them"],
        )

    def at(self, promised: float) -> tuple[float, float]:
        """Both in the metric's unit, if the hold-out has `promised`."""
        del promised
        return self.act, self.severe


@dataclass(frozen=True, kw_only=True)
class WorseByShare(Worse):
    """How much worse, as shares of the hold-out's value: 0.15 is 15 % more error."""

    def at(self, promised: float) -> tuple[float, float]:
        """A share of `promised` each."""
        return self.act * abs(promised), self.severe * abs(promised)


Limit = Limits | Worse
