"""Rolling origins: what a candidate sees, and what becomes of one that fails."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from ml.problems.forecasting.backtest import Candidate, Floats, chosen, fit, origins
from ml.problems.forecasting.frequency import HOURLY, INTERMITTENT, MONTHLY, YEARLY, Frequency

VALUES = np.arange(1.0, 31.0)
STEP = replace(MONTHLY, candidates=("last", "spy"), origins=2)


def _last(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    return np.full(horizon, history[-1])


def _candidates(other: Candidate) -> Mapping[str, Candidate]:
    return {"last": _last, "spy": other, "Naive": _last}


def test_origins_are_a_horizon_apart_and_end_at_the_end() -> None:
    """One that has too little before it is left out."""
    assert origins(30, 6, 3) == (12, 18, 24, 30)
    assert origins(20, 6, 3) == (8, 14, 20)
    assert origins(9, 6, 3) == (9,)


def test_a_candidate_sees_nothing_after_its_origin() -> None:
    """Neither by value nor behind the array that it gets: a planted leak finds the future changed, or fails."""
    seen: list[int] = []

    def leaks(history: Floats, horizon: int, frequency: Frequency) -> Floats:
        whole = history if history.base is None else history.base
        seen.append(len(whole))
        return np.asarray(whole[-horizon:])

    fit(VALUES, 6, STEP, _candidates(leaks))
    assert seen == [18, 24, 30]


@pytest.mark.parametrize("changed", [18, 24])
def test_a_changed_future_changes_no_forecast_before_it(changed: int) -> None:
    """Of the real candidates: what an origin forecasts depends on nothing at or after it."""
    regressions = ("Autoregression", "LogAutoregression", "ChangeAutoregression")
    step = replace(
        MONTHLY, candidates=("SeasonalNaive", "SeasonalMean", "AutoTheta", "AutoCES", *regressions), origins=2
    )
    other = VALUES.copy()
    other[changed:] = 1000.0
    before, after = fit(VALUES, 6, step), fit(other, 6, step)
    upto = before.origins.index(changed) + 1
    assert before.forecasts[:, :upto].tolist() == after.forecasts[:, :upto].tolist()
    assert before.forecasts[:, upto:].tolist() != after.forecasts[:, upto:].tolist()


def test_a_failing_candidate_is_a_reason_and_the_others_go_on() -> None:
    """It has no forecast at that origin."""

    def fails(history: Floats, horizon: int, frequency: Frequency) -> Floats:
        raise ZeroDivisionError("no variance")

    found = fit(VALUES, 6, STEP, _candidates(fails))
    assert found.reasons == tuple(f"spy at step {at}: ZeroDivisionError: no variance" for at in (18, 24, 30))
    assert np.isnan(found.forecasts[1]).all()
    assert found.forecasts[0, :, 0].tolist() == [18.0, 24.0, 30.0]


def test_a_forecast_that_ran_away_is_a_failure() -> None:
    """Finite, and further from the history than it ever moved three times over."""

    def runs_away(history: Floats, horizon: int, frequency: Frequency) -> Floats:
        return history[-1] * 10.0 ** np.arange(horizon)

    assert "ran away" in fit(VALUES, 6, STEP, _candidates(runs_away)).reasons[0]


def test_what_is_never_negative_is_not_forecast_below_zero() -> None:
    """And what is negative stays so."""

    def falls(history: Floats, horizon: int, frequency: Frequency) -> Floats:
        return history[-1] - np.arange(1.0, horizon + 1) * 0.2 * np.abs(history).mean()

    assert fit(VALUES[::-1], 6, STEP, _candidates(falls)).forecasts[1].min() == 0.0
    assert fit(-VALUES, 6, STEP, _candidates(falls)).forecasts[1].max() < -18.0


def test_each_kind_of_series_has_its_candidates() -> None:
    """Flat, intermittent, too short, and all others."""
    flat = fit(np.full(30, 7.0), 6, MONTHLY)
    assert flat.names == ("Naive",)
    assert flat.reasons == ("every value is the same: the last one is repeated",)
    assert flat.forecasts[0, -1].tolist() == [7.0] * 6
    rare = np.where(np.arange(30) % 3 == 0, 5.0, 0.0)
    assert chosen(rare, MONTHLY)[0] == INTERMITTENT
    assert chosen(-rare, MONTHLY)[0] == MONTHLY.candidates[:-1]
    short = fit(VALUES[:6], 6, YEARLY)
    assert short.reasons == ("6 steps are too few for a backtest of 6: the last is repeated",)


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e15])
def test_units_change_nothing(size: float) -> None:
    """Huge and tiny values are fitted as values of about 1."""
    step = replace(YEARLY, candidates=("ETS", "Theta"), origins=1)
    values = 100 + 10 * np.sin(VALUES)
    ours, theirs = fit(values, 3, step).forecasts, fit(values * size, 3, step).forecasts
    assert theirs / size == pytest.approx(ours, rel=1e-6)


def test_a_shops_nights_stay_zero_and_are_not_intermittent() -> None:
    """Open on ten of 24 hours: its zeros are no rare demand, and each candidate forecasts them exactly."""
    at = np.arange(24 * 30)
    sold = np.where((at % 24 >= 8) & (at % 24 < 18), 20.0 + at % 7, 0.0)
    step = replace(HOURLY, candidates=("SeasonalMean", "MFLES", "LogAutoregression"), origins=1)
    found = fit(sold, 24, step)
    assert found.names == step.candidates
    assert (found.forecasts[:, -1, :8] == 0.0).all()
    assert (found.forecasts[:, -1, 8:18] > 10.0).all()
    assert (found.forecasts[:, -1, 18:] == 0.0).all()
