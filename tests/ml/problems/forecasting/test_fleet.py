"""All series at once: what is kept, and what a rerun still fits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.problems.forecasting import backtest, fleet
from ml.problems.forecasting.fitted import Floats
from ml.problems.forecasting.frequency import MONTHLY, POOLED, TREES, Frequency
from ml.problems.forecasting.parts import Parts

QUICK = replace(MONTHLY, candidates=("Naive",), origins=1)


def _values(count: int) -> list[Floats]:
    return [np.arange(30.0) * (each + 1) + 5 * np.sin(np.arange(30.0)) for each in range(count)]


def test_a_rerun_after_a_kill_fits_only_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run dies in its third chunk; the second fits that one alone, and answers as one run would."""
    values, fitted = _values(3 * fleet.CHUNK), []
    real = backtest.fit

    def dies(own: Floats, horizon: int, frequency: Frequency, **more: Floats | None) -> backtest.Fitted:
        if len(fitted) == 2 * fleet.CHUNK:
            raise KeyboardInterrupt
        fitted.append(own)
        return real(own, horizon, frequency, **more)

    def run(parts: Parts) -> list[backtest.Fitted]:
        return fleet.fit_all(values, 3, QUICK, parts=parts, workers=1, progress=lambda _, __: None)

    monkeypatch.setattr(backtest, "fit", dies)
    with pytest.raises(KeyboardInterrupt):
        run(Parts(tmp_path / "parts"))
    monkeypatch.setattr(backtest, "fit", lambda *given, **more: fitted.append(given[0]) or real(*given, **more))
    again = run(Parts(tmp_path / "parts"))
    assert len(fitted) == 3 * fleet.CHUNK
    whole = run(Parts(tmp_path / "other"))
    assert [each.forecasts.tolist() for each in again] == [each.forecasts.tolist() for each in whole]


def test_a_changed_value_is_fitted_anew(tmp_path: Path) -> None:
    """What is kept is found by content, not by name or place."""
    parts, values = Parts(tmp_path / "parts"), _values(1)
    fleet.fit_all(values, 3, QUICK, parts=parts, workers=1, progress=lambda _, __: None)
    values[0][-1] = 1000.0
    (found,) = fleet.fit_all(values, 3, QUICK, parts=parts, workers=1, progress=lambda _, __: None)
    assert found.forecasts[0, -1].tolist() == [1000.0] * 3
    parts.remove()
    assert list(tmp_path.iterdir()) == []


def test_models_over_all_series_see_no_future(tmp_path: Path) -> None:
    """Each joins as one candidate more; a changed end changes what it said at the end alone."""
    frequency = replace(QUICK, candidates=("Naive", "Mean", POOLED, TREES))
    values = _values(8)
    other = [np.append(each[:-3], [900.0, 900.0, 900.0]) for each in values]

    def run(given: list[Floats]) -> list[backtest.Fitted]:
        return fleet.fit_all(given, 3, frequency, parts=Parts(tmp_path), workers=1, progress=lambda _, __: None)

    ours, theirs = run(values), run(other)
    assert all(each.names == ("Naive", "Mean", POOLED, TREES) for each in ours)
    for model in (2, 3):
        assert np.isfinite([each.forecasts[model] for each in ours]).all()
        assert [each.forecasts[model, 0].tolist() for each in ours] == [
            each.forecasts[model, 0].tolist() for each in theirs
        ]
        assert ours[0].forecasts[model, 1].tolist() != theirs[0].forecasts[model, 1].tolist()
