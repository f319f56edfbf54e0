"""What the demand use case declares."""

import pytest

from ml.declarations import Period, hidden_columns
from ml.usecases import use_case
from ml.usecases.demand.declaration import MODEL, USE_CASE
from ml.usecases.demand.derived import EXAMPLES
from ml.usecases.demand.examples import COLUMNS
from ml.usecases.demand.rules import HISTORY, STEPS
from ml.usecases.demand.weekly import COLUMNS as WEEKLY

pytestmark = pytest.mark.fast


def test_it_is_found_by_its_folder() -> None:
    """Its files are of days in London, its models are judged by weeks, and it answers in batch."""
    assert use_case("demand") is USE_CASE
    assert (USE_CASE.calendar.period, USE_CASE.calendar.timezone) == (Period.DAY, "Europe/London")
    assert USE_CASE.judging.period is Period.WEEK
    assert MODEL.serving is None
    assert list(hidden_columns(USE_CASE)) == []


def test_tables_have_the_columns_that_their_functions_make() -> None:
    """In their order."""
    assert tuple(column.name for column in EXAMPLES.table.columns) == COLUMNS
    [weekly] = [each.table for each in USE_CASE.derived if each.table.name == "weekly_demand"]
    assert tuple(column.name for column in weekly.columns) == WEEKLY


def test_the_model_takes_the_whole_past_and_nothing_that_names_an_example() -> None:
    """Neither the key nor the week itself."""
    assert {*HISTORY, "step", "stock_code", "country", "discount"} <= set(MODEL.features)
    assert not {"series_step", "example_id", "origin", "target_week"} & set(MODEL.features)
    assert MODEL.outcome.horizon_periods == 7 * (STEPS[0] + 1)
