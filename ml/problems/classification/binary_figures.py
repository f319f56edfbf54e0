"""Common figures of binary answers beside ranking: at the decision threshold, and as losses."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ml.declarations import Costs, Direction
from ml.declarations.monitored import (
    AVERAGE_PRECISION,
    BRIER,
    COST_A_ROW,
    F1,
    HIT_RATE,
    LOSS,
    PRECISION,
    RECALL,
    Monitored,
)
from ml.evaluation.measured import log_losses
from ml.evaluation.metrics import checked
from ml.problems.figures import average_precision, f1, share
from ml.problems.monitor import AgainstHoldout, Answered, Figure, Floats, Monitor, mean_figure

RETRAINS = False

_PROBABILITY = "probability"


def _read(rows: Answered) -> tuple[Floats, Floats]:
    """Truth and probabilities. Raises ValueError for input on which no measure can be trusted."""
    labels, chances = checked(rows.truth, rows.answers[_PROBABILITY])
    return labels.astype(float), chances


@dataclass(frozen=True, kw_only=True)
class AtThreshold:
    """Rows with a probability of at least `threshold` are selected; `costs`: of wrong decisions."""

    threshold: float
    costs: Costs

    def accuracy(self, rows: Answered) -> Figure:
        """The share of rows with the right decision."""
        truth, chosen = self._decided(rows)
        return share((chosen == truth).astype(float))

    def precision(self, rows: Answered) -> Figure:
        """The share of selected rows that came true."""
        truth, chosen = self._decided(rows)
        return share(truth[chosen == 1])

    def recall(self, rows: Answered) -> Figure:
        """The share of rows that came true and were selected."""
        truth, chosen = self._decided(rows)
        return share(chosen[truth == 1])

    def f1(self, rows: Answered) -> Figure:
        """Harmonic mean of both."""
        truth, chosen = self._decided(rows)
        return f1(chosen, truth)

    def cost(self, rows: Answered) -> Figure:
        """The cost of wrong decisions per row."""
        truth, chosen = self._decided(rows)
        price = self.costs
        return mean_figure(np.where(chosen > truth, price.false_positive, (truth - chosen) * price.false_negative))

    def _decided(self, rows: Answered) -> tuple[Floats, Floats]:
        truth, chances = _read(rows)
        return truth, (chances >= self.threshold).astype(float)


def _average_precision(rows: Answered) -> Figure:
    return average_precision(*_read(rows))


def _log_loss(rows: Answered) -> Figure:
    truth, chances = _read(rows)
    return mean_figure(log_losses(np.where(truth == 1, chances, 1 - chances)))


def _brier_score(rows: Answered) -> Figure:
    truth, chances = _read(rows)
    return mean_figure((chances - truth) ** 2)


def figures(threshold: float, costs: Costs) -> tuple[Monitor, ...]:
    """Accuracy, precision, recall, F1, average precision, log loss, Brier score, cost."""
    at = AtThreshold(threshold=threshold, costs=costs)
    nobody = f"no row is at {threshold:g} or above"
    return (
        _held(HIT_RATE, Direction.HIGHER, at.accuracy),
        _held(PRECISION, Direction.HIGHER, at.precision, nobody),
        _held(RECALL, Direction.HIGHER, at.recall, "nothing came true"),
        _held(F1, Direction.HIGHER, at.f1, f"{nobody}, and nothing came true"),
        _held(AVERAGE_PRECISION, Direction.HIGHER, _average_precision, "the known outcomes are of one class only"),
        _held(LOSS, Direction.LOWER, _log_loss),
        _held(BRIER, Direction.LOWER, _brier_score),
        _held(COST_A_ROW, Direction.LOWER, at.cost),
    )


def _held(
    declared: Monitored, better: Direction, figure: Callable[[Answered], Figure], why: str = "there are too few rows"
) -> Monitor:
    return AgainstHoldout(declared=declared, better=better, figure=figure, unmeasurable=why)
