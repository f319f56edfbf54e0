"""What a declaration of a forecast refuses: all mistakes at once, each with what to do."""

from dataclasses import replace

import pytest

from ml.declarations import Column, DeclarationError, Feature, Forecasting, Model
from tests.ml.problems.series import FORECASTING, forecasting_model


def _features(changed: dict[str, dict[str, object]]) -> Model:
    """The model with some of its features declared in another way."""
    model = forecasting_model()
    table = model.feature_table
    features = tuple(replace(each, **changed.get(each.name, {})) for each in table.features)  # type: ignore[arg-type]
    return replace(model, feature_table=replace(table, features=features))


def test_every_mistake_of_a_forecast_is_named_at_once() -> None:
    """No series, a name twice, no step ahead, a short past, a season as long as it, levels, and a scale of nothing."""
    with pytest.raises(DeclarationError) as refused:
        Forecasting(
            unit="kWh",
            series=(),
            step="at_0",
            horizon=0,
            history=("at_0", "at_1", "at_2"),
            season_periods=3,
            levels=(95, 80, 100),
            least_scale=0.0,
        )
    assert refused.value.problems == (
        "series names no feature: name those that tell one series from another",
        "features ['at_0'] are named twice among series, step and history: name each once",
        "horizon is 0: give how many steps are forecast, 1 or more",
        "history has 3 periods, which is too short: name 8 features or more",
        "season_periods is 3 and history has 3: give 1 or more, and more history than a season",
        "least_scale is 0.0: give more than 0, in kWh",
        "levels are [95, 80, 100]: give shares in percent between 1 and 99, each once, the smallest first",
    )


def test_a_season_within_a_season_must_fit() -> None:
    """A whole number of times, with a past that shows one of each; a horizon spans no more origins than steps."""
    with pytest.raises(
        DeclarationError, match="inner_season_periods is 5 and season_periods 12: give a shorter season"
    ):
        replace(FORECASTING, season_periods=12, inner_season_periods=5, history=tuple(f"sold_{at}" for at in range(20)))
    with pytest.raises(DeclarationError, match="history has 12 periods, and seasons of 10 and 5 need 15: name more"):
        replace(FORECASTING, season_periods=10, inner_season_periods=5)
    with pytest.raises(DeclarationError, match="horizon_origins is 4: give 1 to 3, or leave it out"):
        replace(FORECASTING, horizon_origins=4)
    assert (FORECASTING.spanned_origins, replace(FORECASTING, horizon_origins=1).spanned_origins) == (3, 1)


def test_a_model_must_take_what_its_forecast_reads() -> None:
    """A series that is no feature, a step that is text, and a newest value that may be null."""
    model = forecasting_model()
    with pytest.raises(DeclarationError, match=r"series names \['shop'\], which are no features of the model"):
        replace(model, features=tuple(name for name in model.features if name != "shop"))
    with pytest.raises(DeclarationError, match=r"step features \['step'\] are of another type than int, bigint"):
        _features({"step": {"type": "string"}})
    with pytest.raises(DeclarationError, match=r"features \['sold_0'\] may be null, and a forecast needs them"):
        _features({"sold_0": {"null_meaning": "not counted"}})
    with pytest.raises(DeclarationError, match=r"history features \['sold_3'\] are of another type than int"):
        _features({"sold_3": {"type": "date"}})


def test_a_label_that_is_no_number_is_refused() -> None:
    """As of a regression."""
    model = forecasting_model()
    label = Column(name="sales", type="string", comment="Sold.")
    columns = tuple(label if column.name == "sales" else column for column in model.outcome.table.columns)
    table = replace(model.outcome.table, columns=columns)
    with pytest.raises(DeclarationError, match="label 'sales' is string; forecasting takes int, bigint, double"):
        replace(model, outcome=replace(model.outcome, table=table))


def test_a_forecast_answers_its_levels_and_what_it_is_to_be_better_than() -> None:
    """Two ends per level in the label's unit; what may lie below zero has no lower bound."""
    wide = replace(FORECASTING, levels=(50, 80, 95), non_negative=False)
    assert [column.name for column in wide.output] == [
        *("forecast", "lo_50", "hi_50", "lo_80", "hi_80", "lo_95", "hi_95"),
        *("naive", "scale", "series", "chosen"),
    ]
    assert {column.minimum for column in wide.output if column.name != "scale"} == {None}
    assert {column.minimum for column in FORECASTING.output if column.type == "double"} == {0.0}
    assert {column.unit for column in FORECASTING.output if column.type == "double"} == {"units"}


def test_another_problem_takes_any_feature() -> None:
    """Only a forecast asks for some by name."""
    feature = Feature(name="weight", expression="weight", type="double", comment="Weight.")
    assert next(FORECASTING.wrong_features([feature])).startswith("series names ['product', 'shop']")
