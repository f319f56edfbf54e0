"""From errors at past origins to weights and to the table, worked by hand."""

import numpy as np
import pytest

from ml.problems.forecasting.mixing import DEFAULT, best_rule, blended, in_words, table_of, weights
from ml.problems.forecasting.rolled import Rolled
from ml.problems.forecasting.rule import Rule
from ml.problems.forecasting.served import FLEET, NAMES, TREES, Asked, Floats, weight

NAN = float("nan")
OWN = Rule(own=1.0, power=1.0, best=2)


def _weights(errors: list[list[float]], rule: Rule, *, as_fleet: bool = False) -> Floats:
    return weights(np.array(errors), np.full(len(errors), as_fleet), rule)


def test_half_the_error_weighs_twice_as_much() -> None:
    """Root mean squared errors 1 and 2: two thirds and one third; a candidate without an error has no weight."""
    assert _weights([[1.0, 4.0, NAN]], OWN) == pytest.approx(np.array([[2 / 3, 1 / 3, 0.0]]))
    squared = Rule(own=1.0, power=2.0, best=2)
    assert _weights([[1.0, 4.0, NAN]], squared) == pytest.approx(np.array([[0.8, 0.2, 0.0]]))


def test_only_the_best_stay() -> None:
    """The two smallest of three; of equal ones the first."""
    assert _weights([[4.0, 1.0, 1.0]], OWN) == pytest.approx(np.array([[0.0, 0.5, 0.5]]))
    assert _weights([[1.0, 1.0, 4.0]], Rule(own=1.0, power=1.0, best=1)) == pytest.approx(np.array([[1.0, 0.0, 0.0]]))


def test_the_fleet_is_the_mean_of_relative_errors() -> None:
    """Errors 1, 2 and 3, 2 over their medians 1.5 and 2.5: geometric means sqrt(0.8) and sqrt(16 / 15)."""
    rule = Rule(own=0.0, power=2.0, best=2)
    share = (1 / 0.8) / (1 / 0.8 + 15 / 16)
    assert _weights([[1.0, 4.0], [9.0, 4.0]], rule) == pytest.approx(np.array([[share, 1 - share]] * 2))
    followed = _weights([[1.0, 4.0], [9.0, 4.0]], Rule(own=1.0, power=2.0, best=2), as_fleet=True)
    assert followed == pytest.approx(np.array([[share, 1 - share]] * 2))


def test_a_forecast_that_is_missing_has_no_part() -> None:
    """It weighs nothing, and is not a number."""
    by = np.array([[0.25, 0.75, 0.0]])
    assert blended(np.array([[4.0, 8.0, NAN]]), by) == pytest.approx([7.0])


def test_words_are_the_largest_first() -> None:
    """A share that rounds to nothing is not said; a single candidate is its name."""
    by = np.zeros(len(NAMES))
    by[NAMES.index("theta")], by[NAMES.index("tsb")], by[NAMES.index("naive")] = 0.6, 0.396, 0.004
    assert in_words(by) == "0.60 theta + 0.40 tsb"
    assert in_words(np.eye(len(NAMES))[0]) == "naive"


def _rolled(series: int, origins: int = 8, seed: int = 3) -> tuple[Rolled, Floats]:
    """Flat series, whose past is noisier than what comes true, and what a model that knows their levels forecasts."""
    rng = np.random.default_rng(seed)
    levels = np.tile(rng.uniform(50, 100, series), origins)
    past = levels[:, None] * rng.normal(1, 0.3, (len(levels), 12))
    rolled = Rolled(
        names=[f"s{at}" for at in range(series)],
        series=np.tile(np.arange(series), origins),
        asked=Asked(past=past, ahead=np.ones(len(levels), dtype=np.int64), season=1),
        scale=np.full(len(levels), 10.0),
        truth=levels * rng.normal(1, 0.1, len(levels)),
        late=np.repeat(np.arange(origins), series) >= origins // 2,
    )
    return rolled, levels


def test_the_model_over_all_series_weighs_what_it_was_worth() -> None:
    """One that knows the levels is the heaviest candidate of the fleet; one that is far off has no part."""
    rolled, levels = _rolled(60)
    knowing = table_of(rolled, levels).loc[FLEET]
    assert max(NAMES, key=lambda name: float(knowing[weight(name)])) == TREES
    assert table_of(rolled, levels * 9)[weight(TREES)].max() < 0.05
    assert (table_of(rolled, None)[weight(TREES)] == 0.0).all()


def test_a_few_series_or_one_origin_choose_no_rule() -> None:
    """The fixed one then."""
    for rolled, levels in (_rolled(5), _rolled(60, origins=1)):
        forecasts = np.tile(levels[:, None], (1, len(NAMES)))
        squared = np.column_stack([rolled.squared(each) for each in forecasts.T])
        assert best_rule(rolled, forecasts, squared) == DEFAULT


def test_an_error_without_rows_is_the_fleets() -> None:
    """Noise of a tenth of 75 is 0.75 scales; a series that had none is not taken for certain."""
    rolled, levels = _rolled(60)
    table = table_of(rolled, levels)
    assert table["error"][FLEET] == pytest.approx(0.8, abs=0.1)
    assert table["error"].min() > 0.4
    assert list(table["rows"]) == [8] * 60 + [480]
