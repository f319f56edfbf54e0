"""What answers alone lead to expect, and what came true: of the same periods, of another mix, of another world."""

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Costs
from ml.problems.classification.binary_monitors import area as known_area
from ml.problems.classification.estimated import Estimated, area
from ml.problems.finding import Verdict
from ml.problems.monitor import Answered, Bounds
from ml.problems.registry import problem_of
from tests.ml.problems.made import BINARY, MULTICLASS
from tests.ml.problems.monitored import LABEL, Floats, periods


def _rows(chances: Floats, truth: Floats | None = None) -> Answered:
    answers = pd.DataFrame({"probability": chances})
    known = np.full(len(chances), np.nan) if truth is None else truth
    return Answered(truth=known, answers=answers, groups=pd.DataFrame(index=answers.index))


def _estimated(name: str, problem: object = BINARY) -> Estimated:
    found = next(each for each in problem_of(problem).monitors() if each.name == name)  # type: ignore[arg-type]
    assert isinstance(found, Estimated)
    return found


@pytest.mark.parametrize(
    ("name", "value"), [("expected_accuracy", 0.8), ("expected_precision", 0.9), ("expected_recall", 0.75)]
)
def test_two_kinds_of_rows_by_hand(name: str, value: float) -> None:
    """Of 3,000 rows at 0.9 and 3,000 at 0.3, with 0.5 deciding: 0.9 and 0.7 are right, 0.9 of the chosen come true,
    and 0.9 of 1.2 that come true are chosen.
    """
    rows = _rows(np.repeat([0.9, 0.3], 3000))
    assert _estimated(name).figure(rows).value == pytest.approx(value, abs=0.005)


def test_what_wrong_decisions_will_cost() -> None:
    """Half the rows at 0.9, chosen: a tenth of them is wrong, at 10; half at 0.3, which are missed at 100 each."""
    problem = problem_of(BINARY, costs=Costs(false_positive=10, false_negative=100))
    named = {each.name: each for each in problem.monitors()}
    chances = np.repeat([0.9, 0.3], 3000)
    expected = named["expected_cost"]
    assert isinstance(expected, Estimated)
    assert expected.figure(_rows(chances)).value == pytest.approx(0.5 * 0.1 * 10 + 0.5 * 0.3 * 100, rel=0.05)
    truth = np.r_[np.ones(2700), np.zeros(300), np.ones(900), np.zeros(2100)]
    [known] = named["cost"].measure(_rows(chances, truth), Bounds(limit=None, chance=0.001))
    assert known.value == pytest.approx((300 * 10 + 900 * 100) / 6000)
    [paired] = expected.measure(_rows(chances, truth), Bounds(limit=None, chance=0.001))
    assert "15.5" in paired.reason.split("; ")[-1]
    assert paired.reason.endswith("came true")


def _period(random: np.random.Generator, rows: int = 800, among: float = 1.0) -> tuple[Floats, Floats]:
    """Chances and outcomes of them; `among`: how far the chances lie apart, in log-odds."""
    chances = 1 / (1 + np.exp(1 - among * random.normal(size=rows)))
    return chances, (random.random(rows) < chances).astype(float)


@pytest.mark.parametrize("among", [1.0, 0.4], ids=["as ever", "a mix that is hard to rank"])
def test_what_comes_true_lies_in_the_interval(among: float) -> None:
    """In 95 % of 150 periods of 800 rows, to what 150 can tell, whatever the mix."""
    random, held = np.random.default_rng(3), 0
    for _ in range(150):
        chances, truth = _period(random, among=among)
        lower, upper = area(_rows(chances)).interval
        held += lower <= known_area(truth, chances).value <= upper
    assert held >= 134


def test_another_mix_is_seen_before_its_outcomes_are() -> None:
    """Rows that are harder to rank: the estimate falls as the truth will, and says so without one outcome."""
    random = np.random.default_rng(4)
    easy, hard = _period(random, 5000, among=1.5), _period(random, 5000, among=0.4)
    monitor = _estimated("expected_roc_auc")
    promised = monitor.promise(_rows(*easy))
    [found] = monitor.measure(_rows(hard[0]), Bounds(limit=None, chance=0.001, promised=promised))
    assert found.verdict is Verdict.RECORDED
    assert found.value == pytest.approx(known_area(hard[1], hard[0]).value, abs=0.03)
    assert found.value is not None
    assert promised.value - found.value > 0.1
    assert "came true" not in found.reason


def test_an_estimate_is_paired_with_what_came_true() -> None:
    """Also where the world means something else now, which no estimate from answers can see."""
    random = np.random.default_rng(5)
    chances, _ = _period(random, 3000, among=1.5)
    unrelated = (random.random(3000) < 0.3).astype(float)
    [found] = _estimated("expected_roc_auc").measure(_rows(chances, unrelated), Bounds(limit=None, chance=0.001))
    assert found.value is not None
    assert found.value > 0.75
    assert f"{known_area(unrelated, chances).value:.3f}" in found.reason
    assert found.reason.endswith("came true")


def test_half_of_the_outcomes_are_needed_to_pair() -> None:
    """A few early ones are no fair sample."""
    chances, truth = _period(np.random.default_rng(6), 1000)
    truth[:600] = np.nan
    [found] = _estimated("expected_accuracy").measure(_rows(chances, truth), Bounds(limit=None, chance=0.001))
    assert "came true" not in found.reason


def test_several_classes_have_an_accuracy_to_expect() -> None:
    """The mean of the largest probability, as often as it comes true."""
    frame = periods(MULTICLASS, 5000, seed=2)
    truth = problem_of(MULTICLASS).truth(frame[LABEL])
    rows = Answered(truth=truth, answers=frame.drop(columns=LABEL), groups=pd.DataFrame(index=frame.index))
    monitor = _estimated("expected_accuracy", MULTICLASS)
    assert monitor.figure(rows).value == pytest.approx(monitor.realised(rows).value, abs=0.02)


def test_one_row_or_none_leads_to_no_expectation() -> None:
    """And to no crash."""
    for count in (0, 1):
        assert np.isnan(area(_rows(np.full(count, 0.5))).value)
