"""How often a challenger passes: drawn pairs of models whose true difference is known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from ml.declarations import CALIBRATION_ERROR, LOG_LOSS, RMSE, ROC_AUC, MeasureRule
from ml.evaluation.comparing import compare
from ml.evaluation.measured import MEASURED
from ml.evaluation.resampling import Bootstrap, Paired, Vector, paired
from ml.gates.measure_checks import Against, better, equal_passes, not_worse, shows

RULES = (
    MeasureRule(measure=ROC_AUC, margin=0.005, limit=0.70),
    MeasureRule(measure=LOG_LOSS, margin=0.01),
    MeasureRule(measure=CALIBRATION_ERROR, margin=0.03, limit=0.05),
)
CHAMPION = Against(version=1, rows=6000)


def _pair(rng: np.random.Generator, rows: int, more_noise: float = 0.0) -> tuple[Vector, Vector, Vector]:
    """Labels, challenger and champion: twins that miss the same part of the truth and differ as two seeds do.

    Measured of real twins: a standard error of the difference in ROC AUC of 0.0010 at 6,000 rows, 0.0025 at 1,000.
    """
    logit = rng.normal(-1.6, 1.3, rows)
    labels = (rng.uniform(size=rows) < 1 / (1 + np.exp(-logit))).astype(float)
    seen = 0.86 * logit - 0.2 + rng.normal(0, 0.45, rows)
    ours, theirs = rng.normal(0, math.hypot(0.1, more_noise), rows), rng.normal(0, 0.1, rows)
    return labels, 1 / (1 + np.exp(-seen - ours)), 1 / (1 + np.exp(-seen - theirs))


def _compared(
    labels: Vector, ours: Vector, theirs: Vector, *, seed: int, rules: Sequence[MeasureRule] = RULES
) -> Mapping[str, Paired]:
    measures = {rule.measure.name: MEASURED[rule.measure.name] for rule in rules}
    return compare(measures, labels, ours, theirs, Bootstrap(confidence=0.95, resamples=200, seed=seed))


def _renewed(rows: int, draws: int, more_noise: float = 0.0) -> tuple[int, float]:
    """How many of `draws` challengers are not worse on any measure, and their mean difference in ROC AUC."""
    rng, passed, differences = np.random.default_rng(1), 0, []
    for seed in range(draws):
        found = _compared(*_pair(rng, rows, more_noise), seed=seed)
        passed += all(not_worse(rule, found[rule.measure.name], CHAMPION).passed for rule in RULES)
        differences.append(found["roc_auc"].interval.difference)
    return passed, float(np.mean(differences))


def test_an_equally_good_renewed_model_passes_at_6000_rows() -> None:
    """20 of 20 drawn twins; with "not worse at all" 2-5 % passed."""
    assert _renewed(6000, 20)[0] == 20


def test_an_equally_good_renewed_model_mostly_passes_at_1000_rows() -> None:
    """66 of 100; the others cannot be told from a worse one."""
    assert _renewed(1000, 100)[0] == 66


def test_a_model_that_is_truly_worse_by_a_hundredth_never_passes_at_6000_rows() -> None:
    """0 of 20, whose true difference in ROC AUC is -0.0101 in the mean."""
    passed, difference = _renewed(6000, 20, more_noise=0.33)
    assert passed == 0
    assert difference == pytest.approx(-0.0101, abs=0.0003)


def test_a_retraining_that_repairs_calibration_passes_eight_times_in_eight() -> None:
    """The champion ranks as well and is off by 0.14: log loss is better by more than chance, nothing is worse."""
    rng, passed = np.random.default_rng(2), 0
    for seed in range(8):
        labels, ours, theirs = _pair(rng, 6000)
        shifted = 1 / (1 + np.exp(-(np.log(theirs / (1 - theirs)) + 0.85)))
        found = _compared(labels, ours, shifted, seed=seed)
        assert found["expected_calibration_error"].champion.value == pytest.approx(0.14, abs=0.03)
        checks = [better(RULES[1], found["log_loss"], CHAMPION, "calibration")]
        checks += [not_worse(rule, found[rule.measure.name], CHAMPION) for rule in (RULES[0], RULES[2])]
        passed += all(check.passed for check in checks)
    assert passed == 8


def test_an_equally_good_model_is_rarely_better_by_more_than_chance() -> None:
    """A new idea must prove itself: 8 of 200 equal ones seem to; 5 +- 2.2 are meant to."""
    rng, passed = np.random.default_rng(3), 0
    for seed in range(200):
        found = _compared(*_pair(rng, 1000), seed=seed, rules=RULES[:1])
        passed += better(RULES[0], found["roc_auc"], CHAMPION, "manual").passed
    assert passed == 8


def _paired(measure_low: float, measure_high: float) -> Paired:
    """A difference whose two-sided interval is as given, and the one-sided bounds a little inside of it."""
    middle, half = (measure_low + measure_high) / 2, (measure_high - measure_low) / 2
    values = middle + half * np.random.default_rng(0).uniform(-1, 1, 100_001)
    values[0] = middle
    return paired(values, np.zeros_like(values), 0.95)


RMSE_RULE = MeasureRule(measure=RMSE, margin=2.0)


@pytest.mark.parametrize(
    ("low", "high", "passed", "known", "words"),
    [
        (-5.0, 1.0, True, True, "at worst 0.70"),
        (1.0, 5.0, False, False, "too few rows to decide whether it is worse"),
        (3.0, 5.0, False, True, "worse by more than the margin 2"),
        (math.nan, math.nan, False, False, "too few rows to decide"),
    ],
)
def test_a_measure_whose_lower_end_is_better_is_judged_by_its_upper_bound(
    low: float, high: float, passed: bool, known: bool, words: str
) -> None:
    """Root mean squared error, margin 2: the same rule as for ROC AUC, the other way round."""
    check = not_worse(RMSE_RULE, _paired(low, high), CHAMPION)
    assert (check.passed, check.known) == (passed, known)
    assert words in check.text


def test_an_improvement_that_cannot_be_shown_names_the_one_that_could() -> None:
    """Of a uniform difference of standard deviation 1.73, 2.8 deviations could be shown."""
    found = _paired(-3, 3)
    assert shows(found) == pytest.approx(2.8 * math.sqrt(3), rel=0.01)
    check = better(RMSE_RULE, found, CHAMPION, "manual")
    assert not check.passed
    assert "trained for manual, it must be better by more than chance" in check.text
    assert "these rows detect an improvement from about 4.8" in check.text


def test_the_power_to_pass_an_equal_model_follows_from_the_margin() -> None:
    """A margin of two standard errors lets 64 of 100 pass, one of none 5."""
    found = replace(_paired(-3, 3), error=1.0)
    assert equal_passes(RMSE_RULE, found) == pytest.approx(0.64, abs=0.01)
    assert equal_passes(replace(RMSE_RULE, margin=1e-9), found) == pytest.approx(0.05, abs=0.001)
