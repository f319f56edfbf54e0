"""Features of the demand use case: the raw past of a series, its level and shape, and the values known ahead."""

from ml.declarations import Feature, FeatureTable
from ml.usecases.demand.derived import EXAMPLES
from ml.usecases.demand.rules import HISTORY, SERIES, TOTALS
from ml.usecases.demand.tables import OWNER

_NOT_YET = "the series had not begun"
_AHEAD = ("discount", "week_of_year", "weeks_to_christmas")
_OF_SERIES = ("age_weeks", "weeks_sold", "price_0", "price_change")


def _as_computed(name: str) -> Feature:
    column = EXAMPLES.table.column(name)
    return Feature(
        name=name,
        expression=name,
        type=column.type,
        comment=column.comment,
        unit=column.unit,
        null_meaning=_NOT_YET if column.nullable else None,
    )


def _mean(weeks: int) -> str:
    return f"({' + '.join(HISTORY[:weeks])}) / {weeks}"


DEMAND_FEATURES = FeatureTable(
    name="demand_features",
    source=EXAMPLES.table,
    key="series_step",
    event_time="origin",
    features=(
        *(_as_computed(name) for name in (*SERIES, "step", *HISTORY, *_OF_SERIES, *_AHEAD, *TOTALS)),
        # Over 13 weeks, which every forecast series has.
        Feature(name="mean_4", expression=_mean(4), type="double", comment="Mean of four weeks.", unit="units"),
        Feature(name="mean_13", expression=_mean(13), type="double", comment="Mean of 13 weeks.", unit="units"),
    ),
    owner=OWNER,
    comment="One row per series that is forecast, step and origin: what was known at the end of the origin's week.",
    # An example is scored at its own origin, or not at all.
    max_age_days=6,
)
