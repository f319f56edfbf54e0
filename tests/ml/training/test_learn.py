"""How training uses its periods, with a learner that only remembers what it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import optuna

from ml.declarations import TrainingCause, Tuning
from ml.examples.split import Split
from ml.problems.classification.binary import Binary
from ml.problems.learning import Categories, Ends, Params, Scores
from ml.training.learn import learn
from ml.training.registry import version_tags
from ml.usecases import use_case
from ml.versions.lineage import Lineage

PERIODS = tuple(date(2024, month, 1) for month in range(1, 8))
SPLIT = Split(train=PERIODS[:3], tuning=PERIODS[3:4], calibration=PERIODS[4:6], holdout=PERIODS[6:])

LINEAGE = Lineage(
    source_catalog="prod",
    feature_table="prod.credit_gold.client_features",
    feature_table_version=1,
    outcome_table="prod.credit_gold.client_outcomes",
    outcome_table_version=1,
    cut_off=PERIODS[6],
    fitted_first_period=PERIODS[0],
    fitted_last_period=PERIODS[5],
    holdout_first_period=PERIODS[6],
    holdout_last_period=PERIODS[6],
    sample_rows=0,
    git_commit="c",
    code_sha256="s",
    reason="test",
    job_run_id="1",
    fingerprint="f",
)


@dataclass
class Remembering:
    """Every fit, by its periods; `scored` pairs the periods of a fit with the periods it scored."""

    periods: tuple[date, ...] = ()
    categories: Categories = field(default_factory=dict)
    readers: tuple[str, ...] = ()
    fits: list[tuple[date, ...]] = field(default_factory=list)
    scored: list[tuple[tuple[date, ...], tuple[date, ...]]] = field(default_factory=list)

    @property
    def first(self) -> Params:
        """Nothing to set."""
        return {}

    def suggest(self, _trial: optuna.Trial) -> Params:
        """Nothing to try."""
        return {}

    def try_out(self, _params: Params, _split: Split, _ends: Ends) -> tuple[float, Params]:
        """Every try is as good as the other."""
        return 0.5, {"rounds": 7}

    def fit(self, _params: Params, periods: Sequence[date]) -> "Remembering":
        """A model that knows its periods."""
        self.fits.append(tuple(periods))
        return Remembering(periods=tuple(periods), scored=self.scored)

    def scores(self, periods: Sequence[date]) -> Scores:
        """One client of each class, ranked rightly; the later period's odds are higher."""
        self.scored.append((self.periods, tuple(periods)))
        return Scores(truth=np.array([0.0, 1.0, 1.0]), raw=np.array([-1.0, 1.0, -0.5]) + periods[0].month)

    def save(self, _directory: Path) -> None:
        """Nothing to write."""


def test_no_period_before_the_holdout_is_lost_to_the_final_model() -> None:
    """The last fit has all periods before the hold-out, those that tuned and calibrated too, and no other."""
    learner = Remembering()
    learned = learn({"remembering": learner}, Binary(), SPLIT, Tuning(trials=1), seed=1)
    assert learner.fits[-1] == PERIODS[:6]
    assert isinstance(learned.fitted, Remembering)
    assert learned.fitted.periods == PERIODS[:6]
    assert learned.params == {"rounds": 7}


def test_each_calibration_period_is_scored_by_a_model_that_did_not_see_it() -> None:
    """It saw every other period before the hold-out, the other calibration period among them."""
    learner = Remembering()
    learn({"remembering": learner}, Binary(), SPLIT, Tuning(trials=1), seed=1)
    assert learner.scored == [
        ((*PERIODS[:4], PERIODS[5]), (PERIODS[4],)),
        (PERIODS[:5], (PERIODS[5],)),
    ]


def test_a_search_that_time_cut_says_so() -> None:
    """The version carries it in a tag: trained again, it could be another model. One that ended by trials has none."""
    cut = learn({"remembering": Remembering()}, Binary(), SPLIT, Tuning(trials=5, timeout_s=0), seed=1)
    whole = learn({"remembering": Remembering()}, Binary(), SPLIT, Tuning(trials=5), seed=1)
    model = use_case("credit").models[0]
    assert version_tags(model, LINEAGE, cut, TrainingCause.MANUAL)["search_cut"] == "remembering after 1 of 5 trials"
    assert "search_cut" not in version_tags(model, LINEAGE, whole, TrainingCause.MANUAL)
