"""The rows of a use case in a file: the command forecasts them as the code that runs in jobs."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cli.commands.forecast import forecast
from ml import runtime
from ml.problems.forecasting.frequency import WEEKLY
from ml.problems.forecasting.known import Known, with_known
from ml.problems.forecasting.outcome import outcome
from ml.problems.forecasting.panel import Columns, panel
from ml.problems.forecasting.spread import fit_on_workers
from ml.usecases.demand.examples import examples
from ml.usecases.demand.rules import TOTALS

HORIZON, WEEKS = 4, 70
FIRST = date(2024, 1, 1)
COLUMNS = Columns(id="series", time="week", target="units")
QUICK = replace(WEEKLY, seasons=(1,), candidates=("Naive", "SES", "Theta"), origins=2)


def _demand() -> tuple[pd.DataFrame, pd.DataFrame]:
    """`weekly_demand` of three products, whose offers of a fifth off sell 60 more, and these offers."""
    draw = np.random.default_rng(8)
    days = [FIRST + timedelta(weeks=week) for week in range(WEEKS + HORIZON)]
    parts, offers = [], []
    for product in ("10001", "10002", "20001"):
        offered = draw.random(len(days)) < 1 / 5
        # One in the weeks ahead.
        offered[WEEKS + 1] = True
        units = np.round(100 + 60 * offered + draw.normal(0, 5, len(days)))
        parts.append(pd.DataFrame({"stock_code": product, "country": "France", "week": days, "units": units}))
        starts = [day for day, there in zip(days, offered, strict=True) if there]
        offers.append(pd.DataFrame({"stock_code": product, "starts_on": starts}))
    weeks, planned = pd.concat(parts), pd.concat(offers, ignore_index=True)
    known = planned["starts_on"] - timedelta(weeks=HORIZON + 1)
    ends = planned["starts_on"] + timedelta(days=6)
    whole = weeks[weeks["week"] < days[WEEKS]].assign(price=2.0, **dict.fromkeys(TOTALS, 0.0))
    return whole, planned.assign(announced_on=known, ends_on=ends, discount=0.2)


def _exported() -> tuple[pd.DataFrame, pd.DataFrame]:
    """In long form: each week's units with the discount that was known a week before, and the newest origin's rows."""
    weeks, offers = _demand()
    rows = examples(weeks, offers)
    rows = rows.assign(series=rows["stock_code"] + "|" + rows["country"], week=rows["target_week"])
    sold = weeks.assign(series=weeks["stock_code"] + "|" + weeks["country"])[["series", "week", "units"]]
    past = sold.merge(rows.loc[rows["step"] == 1, ["series", "week", "discount"]], on=["series", "week"])
    return past, rows.loc[rows["origin"] == rows["origin"].max(), ["series", "week", "discount"]]


def test_known_columns_of_a_use_case_give_the_command_and_the_workers_the_same_forecasts(
    spark_remote: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Fits, intervals, weights and backtest; candidates with the offers win, and week by week follow those to come."""
    monkeypatch.setenv("SPARK_REMOTE", spark_remote)
    monkeypatch.setattr("ml.problems.forecasting.frequency.FREQUENCIES", (QUICK,))
    past, future = _exported()
    assert (len(past), len(future)) == (3 * (WEEKS - 13), 3 * HORIZON)
    past.to_csv(tmp_path / "sold.csv", index=False)
    future.to_csv(tmp_path / "ahead.csv", index=False)
    named = ["--id-col", "series", "--time-col", "week", "--target-col", "units", "--known-cols", "discount"]
    files = ["--data", tmp_path / "sold.csv", "--future", tmp_path / "ahead.csv", "--out", tmp_path / "out.parquet"]
    asked = [*map(str, files), *named, "--freq", "weekly", "--horizon", str(HORIZON), "--workers", "1"]
    result = CliRunner().invoke(forecast, asked)
    assert result.exit_code == 0, result.output

    known = Known(names=("discount",), future=future, place="the features")
    plain = panel(past, COLUMNS, QUICK, HORIZON)
    series = with_known(plain, past, known, COLUMNS, frequency=QUICK, horizon=HORIZON)
    values, columns = [each.values for each in series], [each.known for each in series]
    fits = dict(fit_on_workers(runtime.spark(), values, HORIZON, QUICK, known=columns, kept=tmp_path / "kept"))
    found = outcome(series, [fits[at] for at in range(len(series))], COLUMNS, QUICK, HORIZON)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), found.forecasts, rtol=1e-9)
    assert fits[0].names == (*QUICK.candidates, *(f"{name} (known)" for name in QUICK.candidates))
    ahead = found.forecasts["forecast"].to_numpy()
    offered = future.sort_values(["series", "week"])["discount"].to_numpy() > 0
    assert 0 < offered.sum() < len(offered)
    assert (ahead[offered].min() > 140, ahead[~offered].max() < 120) == (True, True)
    again = dict(fit_on_workers(runtime.spark(), values, HORIZON, QUICK, kept=tmp_path / "kept"))
    assert again[0].names == QUICK.candidates
