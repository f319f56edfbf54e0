"""The gate of each series: what is new, what the champion keeps, and what the naive forecast answers."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.problems.forecasting import keeping
from ml.problems.forecasting.keeping import CHAMPION, NAIVE, NEW, ROWS
from ml.problems.forecasting.learner import FittedSeries, SeriesLearner
from ml.problems.forecasting.served import FLEET, NAMES, weight
from ml.problems.learning import Live
from ml.problems.registry import problem_of
from ml.training.learners import in_memory
from tests.ml.problems.series import FORECASTING, PERIOD, SPLIT, fleet, forecasting_model

WEIGHTS = [weight(name) for name in NAMES]


def _table(rows: dict[str, str], kept_from: int = 0) -> pd.DataFrame:
    """Each series with all weight on one candidate; `ses_alpha` is 0.1 throughout."""
    found = pd.DataFrame(0.0, index=pd.Index(list(rows), name="series"), columns=WEIGHTS)
    for series, name in rows.items():
        found.loc[series, weight(name)] = 1.0
    return found.assign(ses_alpha=0.1, error=1.0, chosen=list(rows.values()), reason="", rows=9, kept_from=kept_from)


def _errors(rows: dict[str, tuple[float, float, float, int]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=[NEW, CHAMPION, NAIVE, ROWS])


NEWLY = {"better": "theta", "worse": "theta", "no_better_than_naive": "theta", "equal": "theta", "few": "theta"}
NEW_TABLE = _table({**NEWLY, "born": "theta", "born_badly": "theta", FLEET: "mean"})
LIVE_TABLE = _table({**dict.fromkeys(NEWLY, "smoothing"), "gone": "tsb", FLEET: "croston"})
NAN = float("nan")
ERRORS = _errors(
    {
        "better": (0.5, 0.6, 0.9, 12),
        "worse": (0.7, 0.6, 0.9, 12),
        "no_better_than_naive": (0.5, 0.6, 0.4, 12),
        "equal": (0.6, 0.6, 0.9, 12),
        "few": (0.1, 0.6, 0.9, 3),
        "born": (0.5, NAN, 0.9, 12),
        "born_badly": (0.9, NAN, 0.5, 12),
    }
)


def test_each_series_is_new_kept_or_naive() -> None:
    """New only if it is better than the champion and no worse than naive, on rows enough; the fleet is always new."""
    champion = keeping.usable(LIVE_TABLE, NEW_TABLE.columns, trees=True)
    table = keeping.merged(NEW_TABLE, champion, ERRORS, version=4)
    assert table["chosen"].to_dict() == {
        "better": "theta",
        "worse": "smoothing",
        "no_better_than_naive": "smoothing",
        "equal": "smoothing",
        "few": "smoothing",
        "born": "theta",
        "born_badly": "naive",
        "gone": "tsb",
        FLEET: "mean",
    }
    kept = ["worse", "no_better_than_naive", "equal", "few", "gone"]
    assert list(table.index[table["kept_from"] == 4]) == kept
    assert table[WEIGHTS].sum(axis=1).to_numpy() == pytest.approx(np.ones(9))
    assert table.loc["born_badly", "weight_naive"] == 1.0
    assert table["reason"]["worse"] == (
        "kept of version 4: a new fit had an error of 0.7 scales, the champion 0.6, the naive forecast 0.9"
    )
    assert table["reason"]["gone"] == "kept of version 4: no row shows the error of a new fit"
    assert table["reason"]["born_badly"] == "the naive forecast: its error was 0.5 scales, and that of the new fit 0.9"
    assert keeping.summary(table) == "2 series with new parameters, 5 keep earlier ones, 1 naive"


def test_a_champion_whose_errors_have_grown_loses_its_series_without_a_better_row() -> None:
    """To the new row, or to naive if that was better; what needs no trial stays all the same."""
    champion = keeping.usable(LIVE_TABLE, NEW_TABLE.columns, trees=True)
    grown = pd.Series({"worse": True, "no_better_than_naive": True, "equal": False})
    table = keeping.merged(NEW_TABLE, champion, ERRORS, version=4, grown=grown)
    assert table["chosen"][["worse", "no_better_than_naive", "equal"]].tolist() == ["theta", "naive", "smoothing"]
    calm = pd.Series({"better": False, "worse": True})
    rested = keeping.merged(NEW_TABLE, champion, ERRORS, version=4, needed=calm, grown=grown)
    assert rested["chosen"][["better", "worse"]].tolist() == ["smoothing", "theta"]


def test_a_row_that_is_kept_again_says_of_which_version_it_is() -> None:
    """Version 7 had kept it of version 4."""
    live = _table({"worse": "smoothing"}, kept_from=4)
    table = keeping.merged(_table({"worse": "theta", FLEET: "mean"}), live, ERRORS, version=7)
    assert table["kept_from"].to_dict() == {"worse": 4, FLEET: 0}


def test_a_row_that_can_no_longer_be_served_is_not_kept() -> None:
    """It weighs a candidate that this code lacks, or the model over all series where there is none."""
    older = _table({"worse": "all_series", "equal": "theta"}).assign(weight_forgotten=[0.0, 0.5])
    older.loc["equal", "weight_theta"] = 0.5
    assert list(keeping.usable(older, NEW_TABLE.columns, trees=True).index) == ["worse"]
    assert list(keeping.usable(older, NEW_TABLE.columns, trees=False).index) == []


def test_a_fleet_without_a_champion_is_new_but_for_what_naive_does_better() -> None:
    """Nothing is kept."""
    nothing = keeping.usable(LIVE_TABLE.iloc[:0], NEW_TABLE.columns, trees=True)
    table = keeping.merged(NEW_TABLE, nothing, ERRORS.assign(**{CHAMPION: NAN}), version=0)
    assert (table["kept_from"] == 0).all()
    assert table["chosen"]["born_badly"] == table["chosen"]["no_better_than_naive"] == "naive"


@cache
def _fitted() -> FittedSeries:
    before = fleet()[fleet()[PERIOD].isin(SPLIT.before_holdout)]
    learner = in_memory.learners(forecasting_model(), problem_of(FORECASTING), before, period=PERIOD)["lightgbm"]
    assert isinstance(learner, SeriesLearner)
    return learner.fit({**learner.first, "rounds": 30}, SPLIT.before_holdout)


def _live(into: Path, **changes: object) -> Live:
    """A version whose rows all have one candidate."""
    table = _fitted().table.assign(**dict.fromkeys(WEIGHTS, 0.0)).assign(**changes)
    replace(_fitted(), table=table).save(into)
    return Live(version=3, folder=into)


def test_a_good_champion_keeps_its_series_and_a_bad_one_loses_them(tmp_path: Path) -> None:
    """The newest value of seasonal series is a bad forecast, their seasonal mean a good one: by what came true."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    fitted = _fitted()
    bad = fitted.after(_live(tmp_path / "bad", weight_smoothing=1.0, ses_alpha=1.0, chosen="newest"), SPLIT)
    seasonal = bad.table.index.str.startswith("seasonal|")
    # One of six was no better than naive in these weeks, so that nothing new goes live for it.
    assert list(bad.table.index[seasonal & (bad.table["kept_from"] == 3)]) == ["seasonal|shop4"]
    good = fitted.after(_live(tmp_path / "good", weight_seasonal_mean=1.0, chosen="season"), SPLIT)
    kept = good.table[good.table["kept_from"] == 3]
    assert (kept["chosen"] == "season").all()
    assert kept["reason"].str.startswith("kept of version 3: ").all()
    assert good.decisions()["series"].tolist() == list(good.table.index)
    assert good.summary() == keeping.summary(good.table)
    # What is kept is what answers.
    answers = good.mixed(SPLIT.calibration)
    rows = answers.series.isin(kept.index).to_numpy()
    assert set(answers.chosen[rows]) == {"season"}


def test_the_own_rows_of_a_version_are_kept_whole(tmp_path: Path) -> None:
    """Trained again from the same rows, no series is better than its champion: every weight and parameter stays."""
    fitted = _fitted()
    earlier = problem_of(FORECASTING).others(SPLIT.calibration[0], SPLIT.before_holdout)
    rehearsed = fitted.learner.fit(fitted.params, earlier)
    replace(fitted, table=rehearsed.table).save(tmp_path)
    again = fitted.after(Live(version=8, folder=tmp_path), SPLIT).table
    own = again.index != FLEET
    assert (again["kept_from"][own] == 8).all()
    same = [*WEIGHTS, "ses_alpha", "tsb_share", "error"]
    pd.testing.assert_frame_equal(again.loc[own, same], rehearsed.table.loc[again.index[own], same])


def test_a_champion_of_another_kind_and_none_are_no_champion(tmp_path: Path) -> None:
    """A version without a table has no row to keep."""
    fitted = _fitted()
    for live in (None, Live(version=2, folder=tmp_path)):
        assert (fitted.after(live, SPLIT).table["kept_from"] == 0).all()
