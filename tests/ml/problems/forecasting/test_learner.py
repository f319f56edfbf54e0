"""A fleet from its declaration to the answers of the model that is served, through the code that training runs."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from ml.declarations import Algorithm, Calendar, Model, Period
from ml.evaluation.resampling import Bootstrap
from ml.gates import compliance
from ml.gates.comparison_checks import Contest, judge
from ml.gates.leak_checks import Repeats, leak_checks
from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.learner import FittedSeries, SeriesLearner
from ml.problems.forecasting.served import FLEET
from ml.problems.registry import problem_of
from ml.records.gate_results import Decision
from ml.training import registry
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory
from ml.versions import contract
from ml.versions.scorer import Scorer
from tests.ml.problems.series import FORECASTING, HISTORY, ORIGINS, PERIOD, SPLIT, fleet, forecasting_model

PROBLEM = problem_of(FORECASTING)
HOLDOUT = fleet()[fleet()[PERIOD].isin(SPLIT.holdout)].reset_index(drop=True)
TRUTH = PROBLEM.truth(HOLDOUT["sales"])


def _trained(frame: pd.DataFrame, model: Model) -> Learned:
    before = frame[frame[PERIOD].isin(SPLIT.before_holdout)]
    learners = in_memory.learners(model, PROBLEM, before, period=PERIOD)
    return learn(learners, PROBLEM, SPLIT, model.tuning, seed=1)


@cache
def _learned(*algorithms: Algorithm) -> Learned:
    return _trained(fleet(), forecasting_model(*algorithms))


def _packed(into: Path, learned: Learned | None = None) -> Scorer:
    registry.pack(learned or _learned(), forecasting_model(), into)
    return Scorer(into)


def _asked(frame: pd.DataFrame) -> pd.DataFrame:
    return contract.model_input(forecasting_model(), frame)


def _as_naive(answers: pd.DataFrame) -> pd.DataFrame:
    return answers.assign(forecast=answers["naive"])


@pytest.mark.parametrize("algorithm", [Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.LINEAR])
def test_the_served_model_answers_what_is_declared_and_beats_the_naive_forecast(
    algorithm: Algorithm, tmp_path: Path
) -> None:
    """Beyond chance on series drawn whole; each level holds about its share; `naive` is the naive forecast."""
    answers = _packed(tmp_path, _learned(algorithm))(_asked(HOLDOUT))
    assert list(answers) == [column.name for column in FORECASTING.output]
    drawn = Bootstrap(confidence=0.95, resamples=200, seed=1)
    gained = PROBLEM.improvement(TRUTH, answers, _as_naive(answers), drawn)
    assert 0 < gained.lower < gained.difference
    measured = PROBLEM.measure(TRUTH, answers).as_dict()
    assert measured["coverage_error_80"] < 0.12
    assert measured["coverage_error_95"] < 0.06
    # One and three steps ahead of a season of four: three periods before the newest, and one.
    for step, back in ((1, 3), (3, 1)):
        rows = (HOLDOUT["step"] == step) & HOLDOUT[HISTORY[3]].notna()
        assert answers["naive"][rows].to_numpy() == pytest.approx(HOLDOUT[HISTORY[back]][rows].to_numpy())


def test_each_series_is_mixed_by_itself_and_says_of_what(tmp_path: Path) -> None:
    """One row per series and one for the fleet; seasons are found; a row says what the table says of its series."""
    fitted = _learned().fitted
    assert isinstance(fitted, FittedSeries)
    table = fitted.table
    assert list(table.index) == [*sorted({f"{each}|{shop}" for each, shop in zip(*_names(), strict=True)}), FLEET]
    assert table.filter(like="weight_").sum(axis=1).to_numpy() == pytest.approx(np.ones(25))
    seasonal = table[table.index.str.startswith("seasonal|")]
    assert seasonal["chosen"].str.contains("seasonal_mean").all()
    answers = _packed(tmp_path)(_asked(HOLDOUT))
    assert set(answers["series"]) == set(table.index) - {FLEET}
    assert (answers["chosen"].to_numpy() == table["chosen"].loc[answers["series"]].to_numpy()).all()


def _names() -> tuple["pd.Series[str]", "pd.Series[str]"]:
    return fleet()["product"], fleet()["shop"]


def test_an_unknown_series_is_answered_as_the_fleet_and_says_so(tmp_path: Path) -> None:
    """A new shop: the fleet's mixture on its own history; of a single known week, what that week had."""
    scorer, row = _packed(tmp_path), HOLDOUT[:1]
    (answer,) = scorer(_asked(row.assign(shop="new"))).to_dict("records")
    assert answer["series"] == "steady|new"
    assert answer["chosen"].startswith("unknown series: ")
    assert 5 < answer["forecast"] < 15
    young = row.assign(shop="new", **dict.fromkeys(HISTORY[1:], np.nan))
    assert scorer(_asked(young))["forecast"].iloc[0] >= 0
    assert np.isfinite(scorer(_asked(young)).select_dtypes("number").to_numpy()).all()


def test_what_is_served_is_what_was_fitted(tmp_path: Path) -> None:
    """The files answer as the fitted object does, the model over all series too; nothing of them is a pickle."""
    whole = in_memory.learners(forecasting_model(), PROBLEM, fleet(), period=PERIOD)["lightgbm"]
    assert isinstance(whole, SeriesLearner)
    fitted = whole.fit(_learned().params, SPLIT.before_holdout)
    names = [name for name in fitted.table if name.startswith("weight_")]
    halves = fitted.table.assign(**dict.fromkeys(names, 0.0)).assign(weight_all_series=0.5, weight_mean=0.5)
    for each in (fitted, replace(fitted, table=halves)):
        answers = _packed(tmp_path, replace(_learned(), fitted=each))(_asked(whole.rows.of(SPLIT.holdout)))
        assert answers["forecast"].to_numpy() == pytest.approx(
            np.maximum(each.scores(SPLIT.holdout).raw[:, 0], 0.0), abs=1e-4
        )
    assert {each.name for each in tmp_path.iterdir()} == {
        *("model.json", "series.json", "series.parquet", "brought", "booster.txt")
    }
    code = {each.name for each in (tmp_path / "brought").iterdir()}
    assert code == {"__init__.py", "asked.py", "candidates.py", "library.py", "mixer.py"}


def test_two_versions_in_one_process_answer_by_their_own_code(tmp_path: Path) -> None:
    """The second one's code says another thing of every row; the first one's goes on as it was."""
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    first, asked = _packed(tmp_path / "first"), _asked(fleet().tail(30))
    before = first(asked)
    registry.pack(_learned(), forecasting_model(), tmp_path / "second")
    code = tmp_path / "second" / "brought" / "mixer.py"
    code.write_text(code.read_text().replace("naive=naive(asked)", "naive=naive(asked) + 1000"))
    second = Scorer(tmp_path / "second")(asked)
    assert (second["naive"] - before["naive"] == 1000).all()
    assert first(asked)["naive"].equals(before["naive"])


def test_equal_inputs_make_equal_forecasts(tmp_path: Path) -> None:
    """Trained twice, from rows in another order: the same answers to the last digit."""
    (tmp_path / "first").mkdir()
    (tmp_path / "again").mkdir()
    again = _trained(fleet().sample(frac=1, random_state=5), forecasting_model())
    pd.testing.assert_frame_equal(
        _packed(tmp_path / "again", again)(_asked(HOLDOUT)),
        _packed(tmp_path / "first")(_asked(HOLDOUT)),
        check_exact=True,
    )


def test_a_model_as_mlflow_loads_it_answers_its_signature(tmp_path: Path) -> None:
    """The logged model, with text among its features and its answers."""
    (tmp_path / "packed").mkdir()
    scorer, model = _packed(tmp_path / "packed"), forecasting_model()
    registry.save_raw_model(tmp_path / "packed", model, contract.input_example(model, HOLDOUT), tmp_path / "raw")
    loaded = mlflow.pyfunc.load_model(str(tmp_path / "raw"))
    assert loaded.metadata.signature.outputs.input_names() == [column.name for column in FORECASTING.output]
    pd.testing.assert_frame_equal(loaded.predict(_asked(HOLDOUT)), scorer(_asked(HOLDOUT)))


def test_the_gates_judge_a_trained_version(tmp_path: Path) -> None:
    """As MLflow loads it, on origins that it has not seen: no leak, and better than the naive forecast as champion."""
    (tmp_path / "packed").mkdir()
    _packed(tmp_path / "packed")
    model = forecasting_model()
    registry.save_raw_model(tmp_path / "packed", model, contract.input_example(model, HOLDOUT), tmp_path / "raw")
    scored = compliance.answered(model, mlflow.pyfunc.load_model(str(tmp_path / "raw")), HOLDOUT)
    repeated = Repeats(holdout_rows=len(HOLDOUT), same_key=len(HOLDOUT), same_features=0)
    signs = compliance.signs(scored, model.features, repeated, seed=1)
    assert [check.text for check in leak_checks(signs, model.gates.compliance.leaks) if not check.passed] == []
    contest = Contest(
        version=2,
        truth=scored.truth,
        challenger=scored.output,
        champion_version=1,
        champion=_as_naive(scored.output),
    )
    verdict = judge(contest, model.gates.comparison, scored.judging, seed=1)
    assert verdict.decision is Decision.PASS
    assert "root mean squared scaled error differs from champion version 1 by " in verdict.reason
    worse = replace(contest, challenger=_as_naive(scored.output), champion=scored.output)
    assert judge(worse, model.gates.comparison, scored.judging, seed=1).decision is Decision.FAIL


def test_a_period_is_judged_by_what_was_known_a_whole_horizon_before() -> None:
    """Three steps: the outcomes of the two periods before were not all known at the origin; later ones never are."""
    assert PROBLEM.others(ORIGINS[10], ORIGINS) == list(ORIGINS[:8])
    gap = [origin for origin in ORIGINS if origin != ORIGINS[9]]
    assert PROBLEM.others(ORIGINS[10], gap) == list(ORIGINS[:7])
    assert PROBLEM.others(ORIGINS[2], ORIGINS) == []


def test_many_periods_are_judged_by_a_fit_for_each_horizon() -> None:
    """From four horizons of known periods on, whole ones: 26, 27, 28 and 29 known ones make two fits of the four."""
    found = [len(PROBLEM.others(ORIGINS[at], ORIGINS)) for at in (13, 28, 29, 30, 31)]
    assert found == [11, 24, 27, 27, 27]


@pytest.mark.parametrize("step", [1, 2])
def test_a_column_of_the_past_that_holds_the_week_to_come_is_caught(step: int) -> None:
    """The newest week is one week too new, or two: the outcome is named with its column and its step."""
    frame = fleet()
    weekly = frame[frame["step"] == step].set_index(["product", "shop", "asked"])["sales"]
    keys = pd.MultiIndex.from_frame(frame[["product", "shop", "asked"]])
    peeking = frame.assign(**{HISTORY[0]: weekly.reindex(keys).to_numpy()})
    with pytest.raises(ForecastError, match=rf"{HISTORY[0]} equals the outcome {step} steps ahead in 100% of"):
        _trained(peeking, forecasting_model())


def test_too_few_rows_are_refused_with_what_to_do() -> None:
    """Calibration needs a tail; the search needs a period that was over before the tuning began."""
    raw = np.column_stack([np.ones(30), np.ones(30), np.tile([1, 2, 3], 10), np.ones(30)])
    with pytest.raises(ValueError, match="30 calibration rows around step 1 cannot show where 95 % of values lie, 100"):
        PROBLEM.calibrate(np.zeros(30), raw)
    learner = in_memory.learners(forecasting_model(), PROBLEM, fleet(), period=PERIOD)["lightgbm"]
    with pytest.raises(ValueError, match="no training period lies a whole horizon before"):
        learner.try_out(learner.first, replace(SPLIT, train=ORIGINS[:2], tuning=ORIGINS[2:3]), lambda _: False)


def test_intervals_widen_with_the_errors_of_their_step() -> None:
    """Errors of 1 to 100 sizes, three of each: 80 of 100 are at most 80; all steps are within reach of each other."""
    rows = 300
    errors = np.tile(np.arange(1.0, 101.0), 3)
    raw = np.column_stack([np.zeros(rows), np.full(rows, 2.0), np.repeat([1, 2, 3], 100), np.ones(rows)])
    spread = PROBLEM.calibrate(errors * 2.0, raw)
    assert spread.description["levels"] == [80, 95]
    (first, _) = spread.description["factors"]
    # Place 0.8 * (1 + 1 / 300) * 299 = 240.0 of the sorted errors, counted from 0.
    assert first == pytest.approx([81.0] * 3, abs=0.01)
    assert spread.as_params["factor_80"] == first[0]


def test_a_series_that_is_new_in_the_newest_weeks_is_mixed_as_the_fleet() -> None:
    """One origin with three rows: too few of its own, and the table says why."""
    frame = fleet()
    newest = SPLIT.before_holdout[-1]
    rows = frame[(frame["product"] == "steady") & (frame["shop"] == "shop0") & (frame[PERIOD] == newest)]
    fitted = _trained(pd.concat([frame, rows.assign(shop="opened")]), forecasting_model()).fitted
    assert isinstance(fitted, FittedSeries)
    assert fitted.table["reason"]["steady|opened"] == "3 rows are too few: mixed as the fleet"
    own = fitted.table.filter(like="weight_")
    assert own.loc["steady|opened"].to_numpy() == pytest.approx(own.loc[FLEET].to_numpy())
    assert timedelta(weeks=1) == ORIGINS[1] - ORIGINS[0]


def test_the_newest_periods_of_which_not_all_is_known_calibrate_beside_whole_ones() -> None:
    """40 origins: 6 held out, 3 and a horizon of 3 calibrate, 3 tune, the rest trains; too few are refused."""
    ratios = {"holdout_ratio": 0.15, "tuning_ratio": 0.1, "calibration_ratio": 0.1}
    weekly = Calendar(period=Period.WEEK)
    found = PROBLEM.split(ORIGINS, calendar=weekly, **ratios)
    assert (found.holdout, found.calibration) == (ORIGINS[34:], ORIGINS[28:34])
    assert (found.tuning, found.train) == (ORIGINS[25:28], ORIGINS[:25])
    with pytest.raises(ValueError, match="8 weeks before the hold-out leave 3 to train on, and a horizon of 3 needs 4"):
        PROBLEM.split(ORIGINS[:9], calendar=weekly, **ratios)


def test_many_periods_are_judged_by_few_fits() -> None:
    """A horizon of one period: of 33 to 35 the first 32 or 34 judge, so two periods share a fit; of 20 all do."""
    daily = problem_of(replace(FORECASTING, horizon_origins=1))
    days = [date(2024, 1, 1) + timedelta(days=day) for day in range(40)]
    assert [len(daily.others(days[at], days)) for at in (20, 32, 33, 34, 35)] == [20, 32, 32, 34, 34]
    assert len(PROBLEM.others(days[35], days)) == 33


def test_a_period_of_which_nothing_is_known_yet_is_no_trouble() -> None:
    """The newest calibration period has no rows: it is scored as nothing, and the others are as before."""
    frame = fleet()
    newest = SPLIT.calibration[-1]
    learned = _trained(frame[frame[PERIOD] != newest], forecasting_model())
    assert len(learned.fitted.scores([newest]).truth) == 0
    assert learned.calibration.description["method"] == "spread"
