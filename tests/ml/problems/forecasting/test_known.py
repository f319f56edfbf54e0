"""Known columns: how they are read, what is refused, and that no origin sees more than was known."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Algorithm, Feature
from ml.problems.forecasting.backtest import fit
from ml.problems.forecasting.effects import explained
from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.fitted import Floats
from ml.problems.forecasting.frequency import DAILY, MONTHLY
from ml.problems.forecasting.known import Known, with_known
from ml.problems.forecasting.panel import Columns, Series, panel
from ml.problems.registry import problem_of
from ml.training.learners import in_memory
from tests.ml.problems.series import FORECASTING, PERIOD, fleet, forecasting_model

COLUMNS = Columns(id="shop", time="day", target="sold")
HORIZON = 7
QUICK = replace(DAILY, candidates=("SeasonalNaive", "Autoregression"), origins=2)
STEPS = 90


def _table(shops: int = 2, seed: int = 5) -> pd.DataFrame:
    """Days with a weekly season, and a promotion that sells 40 more, on one day of six."""
    draw = np.random.default_rng(seed)
    step = np.arange(STEPS + HORIZON)
    days = pd.date_range("2024-01-01", periods=len(step))
    parts = []
    for shop in range(shops):
        promotion = (draw.random(len(step)) < 1 / 6).astype(float)
        sold = 100 + 10 * (step % 7 == 5) + 40 * promotion + draw.normal(0, 2, len(step))
        kind = np.where(step % 2, "odd", "even")
        parts.append(
            pd.DataFrame({"shop": f"s{shop}", "day": days, "sold": sold, "promotion": promotion, "kind": kind})
        )
    return pd.concat(parts, ignore_index=True)


def _split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ahead = table["day"] >= "2024-03-31"
    return table[~ahead].reset_index(drop=True), table[ahead].drop(columns="sold").reset_index(drop=True)


def _joined(past: pd.DataFrame, future: pd.DataFrame, *names: str) -> list[Series]:
    known = Known(names=names or ("promotion",), future=future, place="ahead.csv")
    return with_known(panel(past, COLUMNS, DAILY, HORIZON), past, known, COLUMNS, frequency=DAILY, horizon=HORIZON)


def test_each_step_has_its_own_row_and_those_ahead_follow() -> None:
    """In any order of rows; a column of texts becomes one column per text, and further times are left alone."""
    table = _table()
    past, future = _split(table)
    later = future.assign(day=future["day"] + pd.Timedelta(days=365))
    found = _joined(past.sample(frac=1.0, random_state=1), pd.concat([later, future[::-1]]), "kind", "promotion")
    for each in found:
        own = table[table["shop"] == each.id]
        odd = (own["kind"] == "odd").astype(float)
        assert each.known is not None
        assert each.known.tolist() == np.column_stack([1 - odd, odd, own["promotion"]]).tolist()


def test_rows_before_the_first_value_and_after_the_last_are_cut_off_as_the_values_are() -> None:
    """An empty value with its known columns is a gap that the panel fills."""
    past, future = _split(_table(shops=1))
    past.loc[[0, 1, 40, STEPS - 1], "sold"] = np.nan
    last = past.iloc[[-1]].drop(columns="sold")
    (found,) = _joined(past, pd.concat([last, future]))
    assert (len(found.values), found.filled) == (STEPS - 3, 1)
    assert found.known is not None
    wanted = [*past["promotion"].iloc[2:], *future["promotion"]][: STEPS - 3 + HORIZON]
    assert found.known[:, 0].tolist() == wanted


def _without(table: pd.DataFrame, *rows: int) -> pd.DataFrame:
    return table.drop(index=list(rows)).reset_index(drop=True)


def _with(table: pd.DataFrame, row: int, name: str, value: Any) -> pd.DataFrame:
    changed = table.astype({name: object})
    changed.loc[row, name] = value
    return changed


PAST, FUTURE = _split(_table())


@pytest.mark.parametrize(
    ("past", "future", "names", "message"),
    [
        (
            PAST,
            FUTURE,
            ("price",),
            r"columns \['price'\] are missing: the file has .*\n- columns \['price'\] are missin",
        ),
        (PAST, FUTURE.drop(columns="day"), (), r"columns \['day'\] are missing: ahead.csv has \['shop', 'promotion'"),
        (PAST, FUTURE, ("sold",), r"known columns are 'sold': name each once, and none of \('shop', 'day', 'sold'\)"),
        (PAST, FUTURE, ("kind", "kind"), r"known columns are 'kind', 'kind': name each once"),
        (_with(PAST, 3, "promotion", None), FUTURE, (), r"- row 4: 'promotion' is empty: write what was known in adv"),
        (PAST, _with(FUTURE, 3, "promotion", np.nan), (), r"- ahead.csv: row 4: 'promotion' is empty: write what was"),
        (
            _with(PAST, 3, "promotion", "n/k"),
            FUTURE,
            (),
            r"row 4: 'promotion' is text \('n/k'\): write a number, or gi",
        ),
        (
            PAST,
            _with(FUTURE, 0, "promotion", "x"),
            (),
            r"ahead.csv: row 1: 'promotion' is text \('x'\): write a number",
        ),
        (PAST, _with(FUTURE, 1, "kind", "od"), ("kind",), r"ahead.csv: row 2: 'kind' is 'od': write a text that the h"),
        (
            PAST.assign(kind=[f"k{row}" for row in PAST.index]),
            FUTURE,
            ("kind",),
            r"'kind' has 180 different texts, over 50",
        ),
        (
            PAST,
            _without(FUTURE, 8, 9),
            (),
            r"ahead.csv: series 's1' lacks 2024-04-01 00:00:00, 2024-04-02 00:00:00: add its 7",
        ),
        (
            PAST,
            FUTURE[FUTURE["shop"] == "s0"],
            (),
            r"series 's1' lacks 2024-03-31 00:00:00, .* and 4 more: add its 7 steps",
        ),
        (PAST, pd.concat([FUTURE, FUTURE.iloc[[2]]]), (), r"ahead.csv: rows 3, 15: duplicate times of a series: keep"),
        (_without(PAST, 20, 21), FUTURE, (), r"series 's0' has no row at 2 of 90 steps, .* with an empty 'sold' if it"),
        (PAST, _with(FUTURE, 0, "day", "soon"), (), r"ahead.csv: row 1: 'day' is not a time: write times as 2024-01"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_rows(
    past: pd.DataFrame, future: pd.DataFrame, names: tuple[str, ...], message: str
) -> None:
    """Rows are counted from 1 below the header; those of the second file say so."""
    with pytest.raises(ForecastError, match=message):
        _joined(past, future, *names)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            lambda sold: sold * 3 + 7,
            r"'promotion' holds 'sold' in the same step: the correlation of their changes is 1",
        ),
        (lambda sold: sold.shift(-2).ffill(), r"'promotion' holds 'sold' 2 steps later"),
        (lambda sold: sold.shift(3).bfill(), r"'promotion' holds 'sold' 3 steps earlier"),
    ],
    ids=["the target in another unit", "a later value", "a value that is not known at the origin"],
)
def test_a_column_that_holds_the_target_is_refused(column: Any, message: str) -> None:
    """A planted leak, in whichever unit: no one knows the target of a step ahead."""
    table = _table()
    leaks = table.groupby("shop")["sold"].transform(column)
    with pytest.raises(ForecastError, match=message):
        _joined(*_split(table.assign(promotion=leaks)))


def _learners(column: Callable[[pd.DataFrame], "pd.Series[float]"]) -> list[str]:
    """Of a use case whose rows have one more feature, `plan`; the first of its series begins later than the others."""
    model, rows = forecasting_model(Algorithm.LINEAR), fleet().drop(index=range(9)).reset_index(drop=True)
    more = Feature(name="plan", expression="plan", type="double", comment="plan")
    table = replace(model.feature_table, features=(*model.feature_table.features, more))
    planned = replace(model, feature_table=table, features=(*model.features, "plan"))
    frame = rows.assign(plan=column(rows))
    return list(in_memory.learners(planned, problem_of(FORECASTING), frame, period=PERIOD))


def _after_origin(rows: pd.DataFrame, steps: int) -> "pd.Series[float]":
    """What is sold so many weeks after the origin of each row, whatever its step; NaN if it is not known."""
    first = rows[rows["step"] == 1].set_index(["product", "shop", "asked"])["sales"]
    sold = first.groupby(level=["product", "shop"]).shift(1 - steps)
    return pd.Series(sold.loc[pd.MultiIndex.from_frame(rows[["product", "shop", "asked"]])].to_numpy(), rows.index)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            lambda rows: rows["sales"] * 3 + 7,
            r"^known columns contain the future:\n- 'plan' holds 'sales' in the same step: the correlation of their "
            r"changes is 1.0000, and 'sales' is not known in advance. Leave it out, or give what was known then",
        ),
        (lambda rows: _after_origin(rows, 1), r"- 'plan' holds 'sales' 2 steps earlier"),
        (lambda rows: _after_origin(rows, 4), r"- 'plan' holds 'sales' 1 steps later"),
    ],
    ids=["the outcome in another unit", "the first week after the origin", "a week after the horizon"],
)
def test_a_feature_of_a_use_case_that_holds_the_target_is_refused_alike(column: Any, message: str) -> None:
    """Every feature beside names, step and past is a known column, so the training refuses it as the command does."""
    with pytest.raises(ForecastError, match=message):
        _learners(column)


def test_features_that_were_known_at_the_origin_are_learned_from() -> None:
    """The newest value under another name, a forecast that errs, values that are missing, and a constant."""
    draw = np.random.default_rng(4)
    for column in (
        lambda rows: rows["sold_0"] * 2,
        lambda rows: rows["sales"] * draw.normal(1, 0.3, len(rows)),
        lambda rows: rows["sales"].where(draw.random(len(rows)) < 0.02),
        lambda rows: rows["sales"] * 0 + 1,
    ):
        assert _learners(column) == ["linear"]


def _one() -> tuple[Floats, Floats]:
    past, future = _split(_table(shops=1))
    (found,) = _joined(past, future)
    assert found.known is not None
    return found.values, found.known


def test_the_effect_is_found_beside_season_and_trend() -> None:
    """40 a promotion, to a tenth; what the columns explain has mean 0 before the origin."""
    values, known = _one()
    trend = np.arange(STEPS) * 0.7
    found = explained(values + trend, known, DAILY)
    assert float(np.ptp(found)) == pytest.approx(40.0, abs=4.0)
    assert float(found[:STEPS].mean()) == pytest.approx(0.0, abs=1e-9)
    assert explained(values, np.ones_like(known), DAILY).tolist() == [0.0] * (STEPS + HORIZON)


def test_too_few_changes_explain_nothing() -> None:
    """Six values and two columns: any effect would be chance."""
    assert explained(np.arange(6.0), np.random.default_rng(1).random((8, 2)), MONTHLY).tolist() == [0.0] * 8


def test_candidates_with_known_columns_join_and_the_others_stay_as_they_were() -> None:
    """To the last digit: what a run without known columns forecasts is not touched."""
    values, known = _one()
    without, found = fit(values, HORIZON, QUICK), fit(values, HORIZON, QUICK, known=known)
    assert found.names == (*QUICK.candidates, "SeasonalNaive (known)", "Autoregression (known)")
    assert found.forecasts[:2].tolist() == without.forecasts.tolist()
    truth = [values[origin : origin + HORIZON] for origin in found.origins[:-1]]
    plain, better = (np.abs(found.forecasts[row, :-1] - truth).mean() for row in (1, 3))
    assert better < 0.4 * plain


def test_an_origin_uses_known_columns_until_its_horizon_ends_and_no_later_value() -> None:
    """Changed values from the origin on, and columns changed after the horizon, change nothing at that origin."""
    values, known = _one()
    before = fit(values, HORIZON, QUICK, known=known)
    origin = before.origins[0]
    values[origin:], known[origin + HORIZON :] = 1000.0, 1.0
    after = fit(values, HORIZON, QUICK, known=known)
    assert before.forecasts[:, 0].tolist() == after.forecasts[:, 0].tolist()
    assert before.forecasts[:, 1].tolist() != after.forecasts[:, 1].tolist()


def test_flat_and_intermittent_series_use_none() -> None:
    """They have candidates of their own."""
    known = np.random.default_rng(2).random((40, 1))
    assert fit(np.full(33, 7.0), HORIZON, QUICK, known=known).names == ("Naive",)
    rare = np.where(np.arange(33) % 3 == 0, 5.0, 0.0)
    assert not any("known" in name for name in fit(rare, HORIZON, QUICK, known=known).names)
