"""Forecasts of an origin that agree with their totals and with what is written; from training to a version."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.declarations import DeclarationError, Feature, Forecasting, Hierarchy, Level, Method, Streaming
from ml.problems.forecasting.adding_up import error_of_totals
from ml.problems.forecasting.agreeing import AgreeingSeries, total_rows
from ml.problems.forecasting.served import FLEET
from ml.problems.monitor import Answered
from ml.problems.registry import problem_of
from ml.problems.rows_together import KIND, NEW, TOTAL, WRITTEN
from ml.problems.together import together_of
from ml.training import registry
from ml.training.learn import learn
from ml.training.learners import in_memory
from ml.versions import contract
from ml.versions.scorer import Scorer
from tests.ml.problems.series import FORECASTING, HISTORY, PERIOD, SPLIT, fleet, forecasting_model

pytestmark = pytest.mark.fast

KINDS = Hierarchy(levels=(Level(name="letter", feature="product", characters=1), Level(name="kind", feature="product")))
ADDING = replace(FORECASTING, hierarchy=KINDS)
# What the series of the fleet add up to: growing; seasonal, seldom and steady; each kind.
TOTALS = ["total", "letter=g", "letter=s", "kind=growing", "kind=seasonal", "kind=seldom", "kind=steady"]


def _together(method: Method = Method.VARIANCE) -> AgreeingSeries:
    declared = replace(ADDING, hierarchy=replace(KINDS, method=method))
    return AgreeingSeries(declared=declared, keys=("forecast_of",))


def _origin(step: int = 1) -> pd.DataFrame:
    rows = fleet()[(fleet()["asked"] == date(2024, 9, 2)) & (fleet()["step"] == step)]
    return rows.drop(columns=PERIOD).reset_index(drop=True)


def _answered(rows: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Series forecast as their newest value, totals as a tenth more than theirs; all with the same relative width."""
    both = pd.concat([rows.assign(**{KIND: NEW}), totals.assign(**{KIND: TOTAL})], ignore_index=True)
    forecast = both[HISTORY[0]] * np.where(both[KIND] == TOTAL, 1.1, 1.0)
    ends = {
        f"{side}_{level}": forecast * (1 + sign * level / 200)
        for side, sign in (("lo", -1), ("hi", 1))
        for level in (80, 95)
    }
    return both.assign(forecast=forecast, **ends)


def _group(found: pd.DataFrame, level: str) -> "pd.Series[float]":
    return found[found["level"] == level].set_index("total")["forecast"]


def test_a_total_is_a_series_with_the_sum_of_the_pasts() -> None:
    """Its name stands in place of the product's, its key ends in the step; numbers that do not add up are means."""
    rows = _origin(step=2)
    totals = _together().totals(rows)
    assert list(totals) == list(rows)
    assert totals["product"].tolist() == TOTALS
    assert set(totals["shop"]) == {"*"}
    assert totals["forecast_of"].tolist() == [f"{name}|2" for name in TOTALS]
    by_kind = rows.groupby("product")[list(HISTORY)].sum()
    assert (totals[list(HISTORY)].to_numpy()[3:] == by_kind.to_numpy()).all()
    assert (totals[list(HISTORY)].to_numpy()[0] == rows[list(HISTORY)].sum().to_numpy()).all()
    assert totals["holiday"].tolist() == [rows["holiday"].iloc[0]] * len(TOTALS)
    assert set(totals["step"]) == {2}
    young = rows[(rows["product"] == "growing") & (rows["shop"] == "shop5")].assign(**{HISTORY[11]: np.nan})
    assert total_rows(young, ADDING)[HISTORY[11]].isna().all()


@pytest.mark.parametrize("method", list(Method))
def test_products_add_up_to_their_group_and_groups_to_the_total(method: Method) -> None:
    """Level by level, to the last unit; intervals move with their forecast; bottom-up leaves the series alone."""
    together, rows = _together(method), _origin()
    given = _answered(rows, together.totals(rows))
    found = together.agreed(given)
    series, totals = found[found[KIND] == NEW], found[found[KIND] == TOTAL]
    assert len(series) == len(rows)
    assert totals["product"].tolist() == TOTALS
    assert series["level"].isna().all()
    assert totals["members"].tolist() == [24, 6, 18, 6, 6, 6, 6]
    kinds = series.groupby("product")["forecast"].sum()
    assert _group(found, "kind").to_dict() == pytest.approx(kinds.to_dict(), abs=1e-9)
    letters = _group(found, "kind").groupby(lambda name: name[0]).sum()
    assert _group(found, "letter").to_dict() == pytest.approx(letters.to_dict(), abs=1e-9)
    assert _group(found, "total").to_dict() == pytest.approx({"total": series["forecast"].sum()}, abs=1e-9)
    before = given.set_index("forecast_of").loc[found["forecast_of"]]
    some = before["forecast"].to_numpy() > 0
    ratio = found["forecast"].to_numpy()[some] / before["forecast"].to_numpy()[some]
    assert found["lo_95"].to_numpy()[some] == pytest.approx(before["lo_95"].to_numpy()[some] * ratio)
    wider = (found["hi_80"] - found["forecast"]).to_numpy() - (before["hi_80"] - before["forecast"]).to_numpy()
    assert wider == pytest.approx(np.zeros(len(found)), abs=1e-9)
    moved = (found["forecast"].to_numpy() != before["forecast"].to_numpy())[(found[KIND] == NEW).to_numpy()]
    assert moved.any() == (method is not Method.BOTTOM_UP)


@pytest.mark.parametrize("method", list(Method))
def test_a_late_series_agrees_with_what_is_written(method: Method) -> None:
    """Written forecasts are not returned and not moved: the totals are their sum and that of the late one."""
    together, rows = _together(method), _origin()
    given = _answered(rows, together.totals(rows))
    late = (given["product"] == "steady") & (given["shop"] == "shop0")
    given.loc[(given[KIND] == NEW) & ~late, KIND] = WRITTEN
    found = together.agreed(given)
    assert found[found[KIND] == NEW]["forecast_of"].tolist() == ["steady|shop0|1"]
    written = given[given[KIND] == WRITTEN]["forecast"].sum()
    own = float(found[found[KIND] == NEW]["forecast"].iloc[0])
    assert _group(found, "total")["total"] == pytest.approx(written + own, abs=1e-9)
    assert set(found[KIND]) == {NEW, TOTAL}


def test_a_version_answers_totals_by_a_row_of_their_own(tmp_path: Path) -> None:
    """Training fits each total on its own past; the served version knows them; series are fitted as without them."""
    model = replace(forecasting_model(), problem=ADDING)
    problem = problem_of(ADDING)
    before = fleet()[fleet()[PERIOD].isin(SPLIT.before_holdout)]
    learned = learn(in_memory.learners(model, problem, before, period=PERIOD), problem, SPLIT, model.tuning, seed=1)
    registry.pack(learned, model, tmp_path)
    table = pd.read_parquet(tmp_path / "totals.parquet").set_index("series")
    assert list(table.index) == sorted(f"{name}|*" for name in TOTALS)
    assert FLEET not in table.index
    together = together_of(model)
    assert together is not None
    rows = _origin()
    asked = pd.concat([rows, together.totals(rows)], ignore_index=True)
    answers = Scorer(tmp_path)(contract.model_input(model, asked))
    assert not answers["chosen"].str.startswith("unknown series").any()
    found = together.agreed(
        pd.concat([asked, answers], axis=1).assign(**{KIND: [NEW] * len(rows) + [TOTAL] * len(TOTALS)})
    )
    truth = rows["sales"].sum()
    assert _group(found, "total")["total"] == pytest.approx(truth, rel=0.1)


def test_the_error_of_the_totals_by_hand() -> None:
    """Forecast 3, 5 and 4 of 4, 4 and 2: kinds, letters and the total miss by 2 each, and each level is 10."""
    products = pd.DataFrame({"product": ["apple", "apple", "pear"], "step": [1, 1, 1]})
    answers = pd.DataFrame({"forecast": [3.0, 5.0, 4.0]})
    rows = Answered(
        truth=np.array([4.0, 4.0, 2.0]), answers=answers, groups=pd.DataFrame(index=[0, 1, 2]), features=products
    )
    found = error_of_totals(rows, ADDING)
    assert (found.value, found.rows) == (pytest.approx(6 / 30), 5)
    assert found.error > 0
    later = replace(rows, features=products.assign(step=[1, 2, 1]))
    # Each step by itself: 1 of 6 and 1 of 4 at each level, of which apple's 1 and pear's 2 at the first step are apart.
    assert error_of_totals(later, ADDING).value == pytest.approx((1 + 1 + 2 * (1 + 2 + 1)) / 30)
    assert [each.name for each in problem_of(ADDING).monitors()][-1] == "error_of_totals"
    assert ADDING.monitored[-1].name == "error_of_totals"
    assert "error_of_totals" not in {each.name for each in FORECASTING.monitored}


def test_rows_that_are_answered_one_by_one_have_no_totals() -> None:
    """Without a hierarchy there is nothing to agree."""
    assert together_of(forecasting_model()) is None
    assert FORECASTING.totals is None


@pytest.mark.parametrize(
    ("hierarchy", "said"),
    [
        (Hierarchy(levels=(Level(name="when", feature="holiday"),)), r"levels read \['holiday'\]: name features"),
        (Hierarchy(levels=(Level(name="where", feature="town"),)), r"levels read \['town'\]: name features"),
    ],
)
def test_levels_that_cannot_be_are_refused(hierarchy: Hierarchy, said: str) -> None:
    """Of a number, and of no feature."""
    with pytest.raises(DeclarationError, match=said):
        replace(forecasting_model(), problem=replace(FORECASTING, hierarchy=hierarchy))


def test_a_feature_named_as_a_column_of_the_totals_is_refused() -> None:
    """But a series with a single name may be called `series`, as it is in the answer."""
    features = [
        Feature(name=name, expression=name, type="int" if name == "step" else "string", comment=name)
        for name in ("series", "level", "step")
    ]
    several = replace(ADDING, series=("series", "level"), hierarchy=Hierarchy(levels=()))
    assert "features ['series', 'level'] have names of columns" in " ".join(several.wrong_features(features))
    single = replace(several, series=("series",))
    assert "names of columns" not in " ".join(single.wrong_features(features))


def test_names_of_levels_are_their_own() -> None:
    """One that repeats, one that is the grand total's, and a group of no characters."""
    levels = [("kind", 1), ("kind", 0), ("total", None)]
    with pytest.raises(DeclarationError) as refused:
        Hierarchy(levels=tuple(Level(name=name, feature="product", characters=many) for name, many in levels))
    for said in ("repeat a name", "is that of all series", "fewer than 1 character"):
        assert said in str(refused.value)


def test_rows_that_arrive_one_by_one_cannot_be_answered_together() -> None:
    """Streaming answers a row before the others of its origin are there."""
    with pytest.raises(DeclarationError, match="leave streaming or the hierarchy out"):
        replace(forecasting_model(), problem=ADDING, streaming=Streaming())
    assert isinstance(ADDING, Forecasting)
