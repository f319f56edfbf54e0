"""A training of a fleet gives new rows to the series that need them; the table says which, and why."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ml.problems.forecasting.learner import FittedSeries, SeriesLearner
from ml.problems.forecasting.needing import FITTED_UNTIL, P_VALUE, SINCE_ERROR, UNSEEN_ERROR
from ml.problems.forecasting.served import FLEET, NAMES, weight
from ml.problems.learning import Live
from ml.problems.registry import problem_of
from ml.training.learners import in_memory
from tests.ml.problems.series import FORECASTING, ORIGINS, PERIOD, SPLIT, fleet, forecasting_model

pytestmark = pytest.mark.fast

CAREFUL = replace(FORECASTING, false_retrainings=0.1)
EARLY = replace(SPLIT, train=ORIGINS[:14], tuning=ORIGINS[14:16], calibration=ORIGINS[16:24])


_WEIGHTS = [weight(name) for name in NAMES]
# The newest value is a bad forecast of most of these series.
_BAD: dict[str, object] = {**dict.fromkeys(_WEIGHTS, 0.0), "weight_smoothing": 1.0, "ses_alpha": 1.0}


@cache
def _fitted() -> FittedSeries:
    before = fleet()[fleet()[PERIOD].isin(SPLIT.before_holdout)]
    model = replace(forecasting_model(), problem=CAREFUL)
    learner = in_memory.learners(model, problem_of(CAREFUL), before, period=PERIOD)["lightgbm"]
    assert isinstance(learner, SeriesLearner)
    return learner.fit({**learner.first, "rounds": 20}, SPLIT.before_holdout)


def _live(into: Path, **changes: object) -> Live:
    """A version of eight weeks earlier, whose rows promise what they did then."""
    earlier = _fitted().learner.fit(_fitted().params, EARLY.before_holdout).after(None, EARLY)
    replace(earlier, table=earlier.table.assign(**changes)).save(into)
    return Live(version=3, folder=into)


def test_a_fleet_whose_errors_are_as_promised_keeps_its_rows(tmp_path: Path) -> None:
    """Sales go on as they were: what can be held to its promise stays, and the table says with which p-value."""
    table = _fitted().after(_live(tmp_path), SPLIT).table
    promised = table.index[table[P_VALUE].notna()]
    assert len(promised) > 12
    assert (table.loc[promised, "kept_from"] == 3).all()
    assert table.loc[promised, "reason"].str.contains("is not more than chance explains over the fleet").all()
    # What it promised, and until when it was fitted, stays with the row.
    assert set(table.loc[promised, FITTED_UNTIL]) == {str(EARLY.before_holdout[-1])}


def test_series_that_do_much_worse_than_promised_are_retrained(tmp_path: Path) -> None:
    """Of bad rows that promised a hundredth of their error each needs another; whether it goes live the gate says."""
    live = _live(tmp_path, **_BAD, unseen_error=1e-3, unseen_spread=1e-3)
    table = _fitted().after(live, SPLIT).table
    new = table.index[(table["kept_from"] == 0) & (table.index != FLEET)]
    assert len(new) > 6
    assert table.loc[new, "reason"].str.startswith("retrained: its error since the fit, ").any()
    assert table.loc[new, FITTED_UNTIL].unique().tolist() == [str(SPLIT.before_holdout[-1])]
    kept = table.index[table["kept_from"] == 3]
    assert not table.loc[kept, "reason"].str.contains("chance").any()
    told = _fitted().after(live, SPLIT).decisions().set_index("series")
    assert {P_VALUE, SINCE_ERROR, UNSEEN_ERROR} <= set(told)


def test_another_declaration_retrains_every_series(tmp_path: Path) -> None:
    """The live version was told another least scale: its errors are of another size, and no promise holds."""
    live = _live(tmp_path, **_BAD)
    settings = live.folder / "series.json"
    settings.write_text(settings.read_text().replace('"least_scale": 1.0', '"least_scale": 2.0'))
    table = _fitted().after(live, SPLIT).table
    assert table[P_VALUE].isna().all()
    assert (table["kept_from"] == 0).sum() > 6


def test_a_version_of_before_the_test_is_tried_anew(tmp_path: Path) -> None:
    """Its rows promised nothing, so each is measured against its new one, as without a declared share."""
    live = _live(tmp_path, **dict.fromkeys(["unseen_error", "unseen_spread", "unseen_periods"], np.nan))
    careful = _fitted().after(live, SPLIT).table
    learner = replace(_fitted().learner, false_retrainings=None)
    every = replace(_fitted(), learner=learner).after(live, SPLIT).table
    assert careful[_WEIGHTS].equals(every[_WEIGHTS])


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_share_that_cannot_be_is_refused(share: float) -> None:
    """It says what is allowed."""
    with pytest.raises(ValueError, match="give a share between 0 and 1"):
        replace(FORECASTING, false_retrainings=share)
