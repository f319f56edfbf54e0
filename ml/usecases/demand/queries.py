"""Saved queries of the demand use case."""

from ml.declarations import SavedQuery
from ml.usecases.demand.rules import FAMILY_CHARACTERS

_FAMILY = f"left(examples.stock_code, {FAMILY_CHARACTERS})"
# Each row is forecast separately, so totals are sums of their series and agree at every level.
FORECAST_TOTALS = SavedQuery(
    name="forecast-totals",
    title="Forecasts by product, family and in total",
    description="Units of the newest origin in each week ahead. A family or product without a name is that of all.",
    text=f"select examples.step, {_FAMILY} as family, examples.stock_code, count(*) as series, "
    "sum(predictions.forecast) as units from {gold}.predictions as predictions "
    "join {gold}.demand_examples as examples "
    "on examples.series_step = predictions.series_step and examples.origin = predictions.origin "
    "where predictions.origin = (select max(origin) from {gold}.predictions) "
    f"group by grouping sets ((examples.step), (examples.step, {_FAMILY}), "
    f"(examples.step, {_FAMILY}, examples.stock_code)) "
    "order by step, family nulls first, stock_code nulls first",
)
