"""The forecast rows and the features of the energy use case: a site's past, and the values known ahead."""

from ml.declarations import Column, Derived, Feature, FeatureTable, Input, Layer, Table
from ml.usecases.energy.rules import AHEAD, HISTORY, HORIZON
from ml.usecases.energy.tables import HOLIDAYS, LOADS, OWNER, SITE, WEATHER

_NO_FORECAST = "no forecast of the weather had arrived"


def _known(name: str, comment: str, unit: str | None = None, *, nullable: bool = False) -> Column:
    return Column(name=name, type="double", comment=comment, unit=unit, nullable=nullable)


EXAMPLES = Derived(
    table=Table(
        name="energy_examples",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per site, last hour of a day and hour of the next: only what was known then.",
        keys=("series_step", "origin"),
        columns=(
            Column(name="series_step", type="string", comment="Site and step, joined with |."),
            Column(name="example_id", type="string", comment="The same with the origin."),
            Column(name="origin", type="timestamp", comment="Newest known hour, the last of a day."),
            Column(name="target", type="timestamp", comment="Forecast hour."),
            Column(name="known_from", type="timestamp", comment="End of the forecast hour."),
            SITE,
            Column(
                name="step",
                type="int",
                comment="Hours from the origin to the forecast hour.",
                unit="hours",
                minimum=1,
                maximum=HORIZON,
            ),
            _known("temperature", "Forecast for the hour.", "°C", nullable=True),
            _known("warmer", "Difference from the forecast for the same hour a week before.", "°C", nullable=True),
            _known("holiday", "1 if the day is a holiday."),
            _known("holiday_before", "1 if the same day a week before was a holiday."),
            _known("hour", "Hour of the day, UTC."),
            _known("weekday", "Day of the week; 0 is Monday."),
            *(
                _known(name, f"Drawn in the hour of the origin, or {back} before.", "kWh")
                for back, name in enumerate(HISTORY)
            ),
        ),
    ),
    inputs=(Input(table=LOADS), Input(table=WEATHER), Input(table=HOLIDAYS)),
    function="ml.usecases.energy.examples:examples",
)

MODEL_FEATURES = tuple(
    Feature(
        name=name,
        expression=name,
        type=column.type,
        comment=column.comment,
        unit=column.unit,
        null_meaning=_NO_FORECAST if column.nullable else None,
    )
    for name in ("site", "step", *HISTORY, *AHEAD)
    for column in (EXAMPLES.table.column(name),)
)

FEATURES = FeatureTable(
    name="energy_features",
    source=EXAMPLES.table,
    key="series_step",
    event_time="origin",
    features=MODEL_FEATURES,
    owner=OWNER,
    comment="One row per site, last hour of a day and hour of the next one: what was known then.",
    # A row is scored at its own origin, or not at all.
    max_age_days=1,
)
