"""A training of a fleet gives new rows to the series that need them; the table says which, and why."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.problems.forecasting import keeping
from ml.problems.forecasting.learner import FittedSeries, SeriesLearner
from ml.problems.forecasting.needing import FITTED_UNTIL, P_VALUE, SINCE_ERROR, UNSEEN_ERROR
from ml.problems.forecasting.renewing import Answered, renewed
from ml.problems.forecasting.rolled import Rolled
from ml.problems.forecasting.served import FLEET, NAMES, Asked, weight
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
    """Of bad rows that promised a thousandth of their error each is replaced; what is seldom sold tells it later."""
    live = _live(tmp_path, **_BAD, unseen_error=1e-3, unseen_log=0.0, unseen_log_spread=0.83)
    table = _fitted().after(live, SPLIT).table
    new = table.index[(table["kept_from"] == 0) & (table.index != FLEET)]
    assert len(new) > 6
    assert table.loc[new, "reason"].str.startswith("retrained: its error of ").any()
    assert table.loc[new, FITTED_UNTIL].unique().tolist() == [str(SPLIT.before_holdout[-1])]
    assert list(table.index[table["kept_from"] == 3]) == [f"seldom|shop{shop}" for shop in (1, 2, 4, 5)]
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
    live = _live(
        tmp_path, **dict.fromkeys(["unseen_error", "unseen_log", "unseen_log_spread", "unseen_periods"], np.nan)
    )
    careful = _fitted().after(live, SPLIT).table
    learner = replace(_fitted().learner, false_retrainings=None)
    every = replace(_fitted(), learner=learner).after(live, SPLIT).table
    assert careful[_WEIGHTS].equals(every[_WEIGHTS])


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_share_that_cannot_be_is_refused(share: float) -> None:
    """It says what is allowed."""
    with pytest.raises(ValueError, match="give a share between 0 and 1"):
        replace(FORECASTING, false_retrainings=share)


MANY, WEEKS = 20, 16


def _answered(factor: float, naive: float = 2.0) -> Answered:
    """Twenty series in sixteen weeks, the newest two of which are `factor` times as far from what both tables say.

    Neither knew of it, and the new one is a little worse throughout; the naive forecast misses by `naive`.
    """
    missed = np.exp(np.random.default_rng(3).normal(0, 0.3, (MANY, WEEKS)))
    missed[:, -2:] *= factor
    truth, rows = missed.ravel(), MANY * WEEKS
    origins = np.tile(np.datetime64("2024-01-01") + 7 * np.arange(WEEKS), MANY)
    rolled = Rolled(
        names=[f"s{at:02}" for at in range(MANY)],
        series=np.repeat(np.arange(MANY), WEEKS),
        asked=Asked(past=np.zeros((rows, 4)), ahead=np.ones(rows, dtype=np.int64), season=1),
        scale=np.ones(rows),
        truth=truth,
        late=np.zeros(rows, dtype=bool),
    )
    return Answered(rolled=rolled, origins=origins, new=-0.05 * truth, champion=0.0 * truth, naive=truth - naive)


def _rows(candidate: str) -> pd.DataFrame:
    names = pd.Index([*(f"s{at:02}" for at in range(MANY)), FLEET], name="series")
    one = {weight(name): float(name == candidate) for name in NAMES}
    return pd.DataFrame(
        {**one, "error": 1.0, "chosen": candidate, "reason": "", "rows": 9, "kept_from": 0}, index=names
    )


def _renewed(answered: Answered, share: float | None) -> pd.DataFrame:
    """A champion that promised what the fourteen usual weeks are, fitted before all of them."""
    logs = {"unseen_log": -0.05, "unseen_log_spread": 0.3}
    promised = {"unseen_error": 1.05, **logs, "unseen_periods": 12.0, "inflation": 1.2}
    champion = _rows("all_series").drop(index=FLEET).assign(**promised, fitted_until="2023-12-25")
    until = answered.origins.max().astype(object)
    return renewed(_rows("smoothing"), champion, answered, version=1, until=until, false_share=share)


@pytest.mark.parametrize("share", [None, 0.1])
def test_a_change_in_the_newest_weeks_renews_rows_though_no_week_shows_them_better(share: float | None) -> None:
    """What was fitted before the calibration knows as little of the change as the champion, and cannot beat it."""
    table = _renewed(_answered(5.0, naive=9.0), share)
    own = table.drop(index=FLEET)
    assert (own["kept_from"] == 0).all()
    assert (own["chosen"] == "smoothing").all()
    assert own["reason"].str.match("retrained: its error of 2 newest periods, .* against 1.05 promised, is more").all()
    assert keeping.summary(table).startswith("20 series with new parameters, 0 keep")


@pytest.mark.parametrize("share", [None, 0.1])
def test_without_a_change_the_champions_rows_stay(share: float | None) -> None:
    """The new ones are a little worse, or are not even tried."""
    own = _renewed(_answered(1.0, naive=9.0), share).drop(index=FLEET)
    assert (own["kept_from"] == 1).all()


def test_a_series_that_changed_and_is_best_forecast_by_naive_is_so() -> None:
    """Its champion has lost, and the new row was worse than naive: the reason says by which errors."""
    own = _renewed(_answered(5.0, naive=0.5), 0.1).drop(index=FLEET)
    assert (own["chosen"] == "naive").all()
    assert own["reason"].str.startswith("the naive forecast: its error was 0.5 scales").all()
    assert own["kept_from"].eq(0).all()
