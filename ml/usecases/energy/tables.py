"""Silver tables of the energy use case: loads, weather forecasts, and holidays."""

from ml.declarations import Calendar, Column, Layer, Period, Table

OWNER = "ml-engineers"
# Steps and files are by hour; a day's file is named by its last hour.
CALENDAR = Calendar(period=Period.HOUR)

SITE = Column(name="site", type="string", comment="The metered site.")
DELIVERED = Column(name="delivered", type="timestamp", comment="Hour in the name of its file.")

LOADS = Table(
    name="loads",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per site and hour: the energy drawn.",
    keys=("site", "at"),
    columns=(
        DELIVERED,
        SITE,
        Column(name="at", type="timestamp", comment="Start of the hour, UTC."),
        Column(name="load_kwh", type="double", comment="Energy drawn.", unit="kWh", minimum=0),
    ),
)

WEATHER = Table(
    name="weather",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per site and hour: the temperature forecast for it at the end of the day before.",
    keys=("site", "at"),
    columns=(
        DELIVERED,
        SITE,
        Column(name="at", type="timestamp", comment="Start of the forecast hour, UTC."),
        Column(name="temperature_c", type="double", comment="Forecast.", unit="°C", minimum=-60, maximum=60),
    ),
)

HOLIDAYS = Table(
    name="holidays",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per public holiday.",
    keys=("day",),
    columns=(
        Column(name="delivered", type="timestamp", comment="Hour in which it was announced."),
        Column(name="day", type="date", comment="The holiday."),
        Column(name="holiday", type="string", comment="Name of the holiday."),
    ),
)
