"""Four planted leaks and the honest model, on drawn clients."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from ml.declarations import ROC_AUC, LeakLimits
from ml.evaluation.leaks import Answers, importance
from ml.evaluation.metrics import roc_auc
from ml.gates.leak_checks import LeakSigns, Repeats, leak_checks
from ml.problems.registry import judging_of
from ml.usecases import use_case

LIMITS = LeakLimits(believable_score=0.90, max_single_feature_ranking=0.85, max_feature_share=0.90)
JUDGING = judging_of(use_case("credit").models[0])
RNG = np.random.default_rng(5)
ROWS = 3000
LOGIT = RNG.normal(-1.5, 1.3, ROWS)
LABELS = (RNG.uniform(size=ROWS) < 1 / (1 + np.exp(-LOGIT))).astype(np.float64)
CLIENTS = pd.DataFrame(
    {
        "late": LOGIT + RNG.normal(0, 1.5, ROWS),
        "inflow": LOGIT + RNG.normal(0, 2.0, ROWS),
        "trade": np.where(LOGIT + RNG.normal(0, 2.0, ROWS) > -1, "shop", "office"),
        "empty": np.nan,
    }
)
NO_REPEATS = Repeats(holdout_rows=ROWS, same_key=0, same_features=0)


def _answers(weights: Mapping[str, float]) -> Answers:
    """A model that adds up numbers."""

    def answers(frame: pd.DataFrame) -> pd.DataFrame:
        added = sum(weight * frame[name].to_numpy(float) for name, weight in weights.items())
        return pd.DataFrame({"probability": 1 / (1 + np.exp(-(np.asarray(added) - 1)))})

    return answers


def _losses(truth: npt.NDArray[np.float64], given: pd.DataFrame) -> npt.NDArray[np.float64]:
    return JUDGING.losses(truth, JUDGING.numbers(truth, given))


def _signs(clients: pd.DataFrame, weights: Mapping[str, float], repeats: Repeats = NO_REPEATS) -> LeakSigns:
    answers = _answers(weights)
    return LeakSigns(
        measure=ROC_AUC,
        score=roc_auc(LABELS, answers(clients)["probability"]),
        believable=JUDGING.believable(LABELS),
        alone={name: JUDGING.ranking_alone(clients[name], LABELS) for name in clients},
        shares=importance(answers, _losses, clients, list(clients), LABELS, seed=1),
        repeats=repeats,
    )


def _refused(signs: LeakSigns) -> list[str]:
    return [check.text for check in leak_checks(signs, LIMITS) if not check.passed]


HONEST = {"late": 0.4, "inflow": 0.25}


def test_the_honest_model_passes_every_check() -> None:
    """Two features share what it knows, none ranks too well, nothing repeats."""
    signs = _signs(CLIENTS, HONEST)
    assert _refused(signs) == []
    assert signs.shares["late"] == pytest.approx(0.64, abs=0.01)
    assert (signs.shares["trade"], signs.alone["empty"]) == (0.0, 0.5)


def test_the_outcome_in_a_feature_is_named() -> None:
    """A status of a later period, which is the outcome in 80 % of the rows, whatever the model makes of it."""
    status = np.where(RNG.uniform(size=ROWS) < 0.8, LABELS, RNG.integers(2, size=ROWS))
    (refused,) = _refused(_signs(CLIENTS.assign(status=status), HONEST))
    assert refused.startswith("status (0.896) alone")
    assert "is it known before the outcome?" in refused


def test_an_outcome_that_is_spelled_as_text_is_named_too() -> None:
    """Categories rank by what came true of them in the other half of the rows."""
    spelled = pd.Series(np.where(LABELS == 1, "written off", "open"))
    assert JUDGING.ranking_alone(spelled, LABELS) == 1.0
    unlike = pd.Series([f"client {number}" for number in range(ROWS)])
    assert JUDGING.ranking_alone(unlike, LABELS) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("repeats", "words"),
    [
        (replace(NO_REPEATS, same_key=600), "600 of 3000 hold-out rows share a key with a row that was fitted on"),
        (replace(NO_REPEATS, same_features=600), "600 of 3000 hold-out rows share all feature values with a row"),
    ],
)
def test_rows_on_both_sides_of_the_split_are_counted(repeats: Repeats, words: str) -> None:
    """Under their own key, or under another one."""
    (refused,) = _refused(_signs(CLIENTS, HONEST, repeats))
    assert words in refused
    assert "5.0% are allowed" in refused


def test_one_feature_that_has_nearly_all_the_gain_is_named() -> None:
    """The others weigh next to nothing."""
    (refused,) = _refused(_signs(CLIENTS, {"late": 0.5, "inflow": 0.01}))
    assert refused.startswith("late has 9")
    assert "of the model's skill, 90% is allowed" in refused


def test_a_score_too_good_to_be_true_is_refused() -> None:
    """Over the declared ceiling, though no single feature gives it away."""
    signs = replace(_signs(CLIENTS, HONEST), score=0.93)
    (refused,) = _refused(signs)
    assert refused.startswith("ROC AUC 0.9300 is too good to be true: at most 0.9 is plausible")


def test_what_could_not_be_measured_is_refused() -> None:
    """NaN is under no ceiling."""
    assert len(_refused(replace(_signs(CLIENTS, HONEST), score=float("nan")))) == 1


def test_importance_is_the_same_whether_features_are_scored_together_or_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only memory decides how many."""
    together = _signs(CLIENTS, HONEST).shares
    monkeypatch.setattr("ml.evaluation.leaks._CELLS", 1)
    assert _signs(CLIENTS, HONEST).shares == together
