"""Saved queries of the demand use case."""

from ml.declarations import SavedQuery

FORECAST_TOTALS = SavedQuery(
    name="forecast-totals",
    title="Forecasts by product, family and in total",
    description="Units of the newest origin in each week ahead, reconciled, with their 80 % interval. The series of a "
    "product add up to it, products to their family, and families to the total.",
    text="select step, level, total, members as series, forecast as units, lo_80, hi_80 "
    "from {gold}.weekly_demand_totals "
    "where origin = (select max(origin) from {gold}.weekly_demand_totals) "
    "order by step, level = 'total' desc, level, total",
)
