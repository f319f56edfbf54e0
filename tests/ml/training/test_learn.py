"""How training uses its months, with a learner that only remembers what it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import optuna

from ml.declarations import TrainingCause, Tuning
from ml.examples.split import Split
from ml.problems.classification.binary import Binary
from ml.training.learn import learn
from ml.training.learners.learner import Scores
from ml.training.learners.rows import Categories
from ml.training.registry import version_tags
from ml.training.tuning import Params
from ml.usecases import use_case
from ml.versions.lineage import Lineage

MONTHS = tuple(date(2024, month, 1) for month in range(1, 8))
SPLIT = Split(train=MONTHS[:3], tuning=MONTHS[3:4], calibration=MONTHS[4:6], holdout=MONTHS[6:])

LINEAGE = Lineage(
    source_catalog="prod",
    feature_table="prod.credit_gold.client_features",
    feature_table_version=1,
    outcome_table="prod.credit_gold.client_outcomes",
    outcome_table_version=1,
    cut_off=MONTHS[6],
    fitted_first_month=MONTHS[0],
    fitted_last_month=MONTHS[5],
    holdout_first_month=MONTHS[6],
    holdout_last_month=MONTHS[6],
    sample_rows=0,
    git_commit="c",
    code_sha256="s",
    reason="test",
    job_run_id="1",
    fingerprint="f",
)


@dataclass
class Remembering:
    """Every fit, by its months; `scored` pairs the months of a fit with the months it scored."""

    months: tuple[date, ...] = ()
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

    def try_out(self, _params: Params, _split: Split) -> tuple[float, Params]:
        """Every try is as good as the other."""
        return 0.5, {"rounds": 7}

    def fit(self, _params: Params, months: Sequence[date]) -> "Remembering":
        """A model that knows its months."""
        self.fits.append(tuple(months))
        return Remembering(months=tuple(months), scored=self.scored)

    def scores(self, months: Sequence[date]) -> Scores:
        """One client of each class, ranked rightly; the later month's odds are higher."""
        self.scored.append((self.months, tuple(months)))
        return Scores(truth=np.array([0.0, 1.0, 1.0]), raw=np.array([-1.0, 1.0, -0.5]) + months[0].month)

    def save(self, _directory: Path) -> None:
        """Nothing to write."""


def test_no_month_before_the_holdout_is_lost_to_the_final_model() -> None:
    """The last fit has all months before the hold-out, those that tuned and calibrated too, and no other."""
    learner = Remembering()
    learned = learn({"remembering": learner}, Binary(), SPLIT, Tuning(trials=1), seed=1)
    assert learner.fits[-1] == MONTHS[:6]
    assert isinstance(learned.fitted, Remembering)
    assert learned.fitted.months == MONTHS[:6]
    assert learned.params == {"rounds": 7}


def test_each_calibration_month_is_scored_by_a_model_that_did_not_see_it() -> None:
    """It saw every other month before the hold-out, the other calibration month among them."""
    learner = Remembering()
    learn({"remembering": learner}, Binary(), SPLIT, Tuning(trials=1), seed=1)
    assert learner.scored == [
        ((*MONTHS[:4], MONTHS[5]), (MONTHS[4],)),
        (MONTHS[:5], (MONTHS[5],)),
    ]


def test_a_search_that_time_cut_says_so() -> None:
    """The version carries it in a tag: trained again, it could be another model. One that ended by trials has none."""
    cut = learn({"remembering": Remembering()}, Binary(), SPLIT, Tuning(trials=5, timeout_s=0), seed=1)
    whole = learn({"remembering": Remembering()}, Binary(), SPLIT, Tuning(trials=5), seed=1)
    model = use_case("credit").models[0]
    assert version_tags(model, LINEAGE, cut, TrainingCause.MANUAL)["search_cut"] == "remembering after 1 of 5 trials"
    assert "search_cut" not in version_tags(model, LINEAGE, whole, TrainingCause.MANUAL)
