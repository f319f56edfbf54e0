"""The threshold that follows from what wrong decisions cost."""

import numpy as np
import pytest

from ml.declarations import ComplianceGate, Costs, DeclarationError
from ml.evaluation.measured import cost


def test_costs_give_the_threshold_that_costs_least_on_rows_nobody_chose_it_on() -> None:
    """A missed default costs five refused good clients: from 1/6 on, which no threshold of a grid betters by a percent.

    Beside one half it saves a quarter and more.
    """
    costs = Costs(false_positive=1, false_negative=5)
    rng = np.random.default_rng(1)
    risk = rng.beta(1, 3.5, 20_000)
    labels = (rng.uniform(size=risk.size) < risk).astype(float)

    def costing(threshold: float) -> float:
        weighed = cost(labels, risk, threshold=threshold, false_positive=1, false_negative=5)
        return float(weighed(np.ones((1, risk.size)))[0])

    chosen = costing(costs.cheapest_threshold)
    assert costs.cheapest_threshold == pytest.approx(1 / 6)
    assert chosen <= 1.01 * min(costing(threshold) for threshold in np.linspace(0.05, 0.95, 91))
    assert chosen < 0.75 * costing(0.5)


def test_a_gate_decides_at_a_probability_or_by_costs() -> None:
    """Either way it says from which probability on."""
    gates = [
        ComplianceGate(max_group_difference=0.2, min_group_rows=100, decides_at=at)
        for at in (0.3, Costs(false_positive=1, false_negative=4))
    ]
    assert [gate.decision_threshold for gate in gates] == [0.3, 0.2]


def test_a_threshold_or_a_cost_that_cannot_be_is_refused() -> None:
    """A probability of 0 or 1 chooses all or hardly any; a wrong decision that costs nothing is none."""
    with pytest.raises(DeclarationError, match=r"decides_at is 1\.0: give a probability over 0, under 1"):
        ComplianceGate(max_group_difference=0.2, min_group_rows=100, decides_at=1.0)
    with pytest.raises(DeclarationError) as raised:
        Costs(false_positive=0, false_negative=-1)
    assert raised.value.problems == (
        "false_positive costs 0: give more than 0",
        "false_negative costs -1: give more than 0",
    )
