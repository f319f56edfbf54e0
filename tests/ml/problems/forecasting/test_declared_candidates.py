"""A declaration names what is tried for each series, models of statsforecast among it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from statsforecast import models

from ml.declarations import forecast_candidates
from ml.problems.forecasting import served
from ml.problems.forecasting.learner import FittedSeries, SeriesLearner
from ml.problems.forecasting.served import NAMES, TREES, Asked, weight
from ml.problems.registry import problem_of
from ml.training.learners import in_memory
from ml.usecases import use_case
from ml.versions import contract
from tests.ml.problems.series import FORECASTING, PERIOD, SPLIT, fleet, forecasting_model

pytestmark = pytest.mark.fast

NAN = float("nan")
NAMED = ("auto_ets", "smoothing")


def _asked(past: list[float], *ahead: int, season: int = 4) -> Asked:
    return Asked(past=np.array([past] * len(ahead)), ahead=np.array(ahead), season=season)


def test_the_declared_names_are_those_that_are_served() -> None:
    """All of both, and no other but the model over all series."""
    known = (*forecast_candidates.CANDIDATES, *forecast_candidates.LIBRARY_CANDIDATES)
    assert set(NAMES) == {*known, TREES}
    assert set(served.LIBRARY) == set(forecast_candidates.LIBRARY_CANDIDATES)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("auto_ets", models.AutoETS(season_length=4)),
        ("auto_theta", models.AutoTheta(season_length=4)),
        ("auto_ces", models.AutoCES(season_length=4)),
        ("mstl", models.MSTL(season_length=4)),
    ],
)
def test_each_model_answers_as_the_library_does(name: str, theirs: object) -> None:
    """At the steps that are asked for, from the first known value on."""
    rising = [20.0 + at + 5 * (at % 4) for at in range(24)]
    forecast, _ = served.CANDIDATES[name]
    found = forecast(_asked([NAN, NAN, *rising], 1, 3))
    whole = theirs.forecast(y=np.array(rising), h=3)["mean"]  # type: ignore[attr-defined]
    assert found == pytest.approx([whole[0], whole[2]], rel=1e-9)


def test_what_a_model_cannot_fit_the_naive_forecast_answers() -> None:
    """A series that is younger than two seasons, and one without a value."""
    forecast, _ = served.CANDIDATES["auto_ets"]
    young = _asked([NAN] * 18 + [3.0, 4.0, 5.0, 6.0], 1, 2)
    assert forecast(young).tolist() == served.naive(young).tolist() == [3.0, 4.0]


@cache
def _fitted() -> FittedSeries:
    before = fleet()[fleet()[PERIOD].isin(SPLIT.before_holdout[-14:]) & (fleet()["shop"] < "shop2")]
    model = replace(forecasting_model(), problem=replace(FORECASTING, candidates=NAMED, season_periods=1))
    learner = in_memory.learners(model, problem_of(model.problem), before, period=PERIOD)["lightgbm"]
    assert isinstance(learner, SeriesLearner)
    return learner.fit({**learner.first, "rounds": 5}, SPLIT.before_holdout[-14:])


def test_only_declared_candidates_have_weight(tmp_path: Path) -> None:
    """And the naive forecast, with which each series is compared; the library's has some where it does well."""
    table = _fitted().table
    others = [weight(name) for name in NAMES if name not in (*NAMED, "naive", TREES)]
    assert (table[others] == 0).all(axis=None)
    assert (table[[weight(name) for name in NAMES]].sum(axis=1) - 1).abs().max() < 1e-12
    assert table[weight("auto_ets")].max() > 0
    _fitted().save(tmp_path)
    assert '"auto_ets"' in (tmp_path / served.SETTINGS_FILE).read_text()


def test_a_version_that_needs_the_library_says_so() -> None:
    """Serving installs it, pinned; a model that names none needs none."""
    named = replace(FORECASTING, candidates=NAMED)
    assert (named.packages, FORECASTING.packages) == (("statsforecast",), ())
    listed = contract.requirements([], named.packages)
    assert [each.split("==")[0] for each in listed] == ["mlflow", "numpy", "pandas", "statsforecast"]
    assert use_case("credit").models[0].problem.packages == ()


def test_a_candidate_that_nobody_knows_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(ValueError, match=r"candidates \['prophet'\] are unknown: name some of naive, mean"):
        replace(FORECASTING, candidates=("prophet",))
