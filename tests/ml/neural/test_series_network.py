"""The network over all series of a forecast, and over values: candidates like the trees."""

from pathlib import Path

import numpy as np
import pytest

from ml.declarations import Algorithm
from ml.evaluation.resampling import Bootstrap
from ml.gates.comparison_checks import Contest, judge
from ml.problems.registry import judging_of, problem_of
from ml.records.gate_results import Decision
from ml.training import registry
from ml.training.learn import learn
from ml.training.learners import in_memory
from ml.training.learners.network import Unit
from ml.versions import contract
from ml.versions.scorer import NETWORK_FILE, Scorer
from tests.ml.neural.torch_here import torch_or_skip
from tests.ml.problems.made import REGRESSION, model, rows
from tests.ml.problems.made import SPLIT as OF_VALUES
from tests.ml.problems.series import FORECASTING, HISTORY, PERIOD, SPLIT, fleet, forecasting_model

torch_or_skip()


def test_a_network_over_all_series_is_mixed_into_each_forecast(tmp_path: Path) -> None:
    """It competes with trees by the loss on the tuning periods; the mixture with it beats the naive forecast.

    The comparison gate holds it against what the search prefers, series by series, and can tell.
    """
    declared, problem = forecasting_model(Algorithm.LIGHTGBM, Algorithm.NETWORK), problem_of(FORECASTING)
    frame = fleet()
    learners = in_memory.learners(declared, problem, frame[frame[PERIOD].isin(SPLIT.before_holdout)], period=PERIOD)
    both = learn(learners, problem, SPLIT, declared.tuning, seed=1)
    losses = {name: found.best.loss for name, found in both.searches.items()}
    assert list(losses) == ["lightgbm", "network"]
    assert both.chosen == min(losses, key=losses.__getitem__)
    found = learn({"network": learners["network"]}, problem, SPLIT, declared.tuning, seed=1)
    for name, learned in (("network", found), ("preferred", both)):
        (tmp_path / name).mkdir()
        registry.pack(learned, declared, tmp_path / name)
    with np.load(tmp_path / "network" / NETWORK_FILE, allow_pickle=False) as weights:
        # A stack over the past of the series, beside what else is known.
        assert weights["past"].shape == (len(HISTORY),)
        assert weights["blocks.0.explained.weight"].shape[0] == len(HISTORY)
    held = frame[frame[PERIOD].isin(SPLIT.holdout)].reset_index(drop=True)
    answers, preferred = (
        Scorer(tmp_path / name)(contract.model_input(declared, held)) for name in ("network", "preferred")
    )
    naive = answers.assign(forecast=answers["naive"])
    drawn = Bootstrap(confidence=0.95, resamples=200, seed=1)
    truth = problem.truth(held["sales"])
    assert problem.improvement(truth, answers, naive, drawn).lower > 0
    contest = Contest(version=2, truth=truth, challenger=answers, champion_version=1, champion=preferred)
    verdict = judge(contest, declared.gates.comparison, judging_of(declared), seed=1)
    assert verdict.decision in (Decision.PASS, Decision.FAIL), verdict.reason
    assert {"rmsse", "wape"} <= set(verdict.inputs["challenger"])


def test_a_network_learns_values_in_their_own_unit(tmp_path: Path) -> None:
    """Served, it explains most of what varies, far from zero as the values are."""
    declared, problem = model(REGRESSION, Algorithm.NETWORK), problem_of(REGRESSION)
    frame = rows(REGRESSION)
    learners = in_memory.learners(
        declared, problem, frame[frame["_period"].isin(OF_VALUES.before_holdout)], period="_period"
    )
    found = learn(learners, problem, OF_VALUES, declared.tuning, seed=1)
    registry.pack(found, declared, tmp_path)
    held = frame[frame["_period"].isin(OF_VALUES.holdout)]
    answers = Scorer(tmp_path)(contract.model_input(declared, held))
    assert problem.measure(problem.truth(held["truth"]), answers).as_dict()["r2"] > 0.5


def test_a_unit_goes_into_the_last_layer() -> None:
    """Values that are all equal are answered as they are."""
    unit = Unit.of(np.array([90.0, 110.0]))
    assert unit.into(np.array([90.0, 110.0])).tolist() == [-1.0, 1.0]
    weights = unit.out_of({"last.weight": np.array([[2.0]]), "last.bias": np.array([0.5]), "first.bias": np.ones(1)})
    assert (weights["last.weight"].item(), weights["last.bias"].item()) == (20.0, 105.0)
    assert Unit.of(np.array([5.0, 5.0])).into(np.array([5.0])) == pytest.approx([0.0])
