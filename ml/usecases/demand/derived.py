"""Gold tables computed from lines: complete weekly demand, its examples, and the series left out of them."""

from ml.declarations import Column, Derived, Input, Layer, Table
from ml.usecases.demand.lines import SALE_LINES
from ml.usecases.demand.rules import AGE_WEEKS, CLOSED_AT_MOST_DAYS, HISTORY, HISTORY_WEEKS, REASONS, STEPS, TOTALS
from ml.usecases.demand.tables import COUNTRY, OFFERS, OWNER, STOCK_CODE

_UNITS = "units"
_GOLD = "ml.usecases.demand.gold"

WEEKLY_DEMAND = Derived(
    table=Table(
        name="weekly_demand",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per product, country and whole week, from the first sale until it is no longer sold.",
        keys=("stock_code", "country", "week"),
        columns=(
            STOCK_CODE,
            COUNTRY,
            Column(name="week", type="date", comment="Monday of the week."),
            Column(
                name="units", type="bigint", comment="Units sold in that week and not returned.", unit=_UNITS, minimum=0
            ),
            Column(
                name="returned_units",
                type="bigint",
                comment="Units sold in that week and returned.",
                unit=_UNITS,
                minimum=0,
            ),
            Column(name="orders", type="bigint", comment="Invoices."),
            Column(name="price", type="double", comment="Price per unit in the newest week with a sale.", unit="GBP"),
            Column(name="revenue_pence", type="bigint", comment="Revenue of the week.", unit="pence"),
        ),
    ),
    # A week is complete once a later day has arrived; if that day's file is withdrawn, it is incomplete again.
    inputs=(Input(table=SALE_LINES.table, since="week", ahead_days=CLOSED_AT_MOST_DAYS),),
    function=f"{_GOLD}:weekly_demand",
    since="week",
)


def _number(name: str, comment: str, unit: str | None = None, *, nullable: bool = False) -> Column:
    return Column(name=name, type="double", comment=comment, unit=unit, nullable=nullable)


_HISTORY = tuple(
    _number(name, f"Sold in the week of the origin, or {weeks} before.", _UNITS, nullable=weeks > 0)
    for weeks, name in enumerate(HISTORY)
)
_TOTALS = tuple(
    _number(name, f"Sold in the week of the origin {what}.", _UNITS)
    for name, what in zip(
        TOTALS, ("of the product everywhere", "of the product's family in the country", "in the country"), strict=True
    )
)

EXAMPLES = Derived(
    table=Table(
        name="demand_examples",
        layer=Layer.GOLD,
        owner=OWNER,
        comment=f"One row per series that is forecast, origin and step, with {HISTORY_WEEKS} weeks. All that is "
        "known at the end of the origin's week, and no more.",
        keys=("series_step", "origin"),
        columns=(
            Column(name="series_step", type="string", comment="Product, country and step, joined with |."),
            Column(name="example_id", type="string", comment="The same with the origin."),
            Column(name="origin", type="date", comment="Monday of the newest known week."),
            Column(name="target_week", type="date", comment="Monday of the forecast week."),
            STOCK_CODE,
            COUNTRY,
            Column(
                name="step",
                type="int",
                comment="Weeks from the origin to the forecast week.",
                unit="weeks",
                minimum=STEPS[0],
                maximum=STEPS[-1],
            ),
            *_HISTORY,
            _number("age_weeks", f"Weeks since its first sale, the origin's among them; at most {AGE_WEEKS}.", "weeks"),
            _number("weeks_sold", f"Weeks with a sale among the newest {HISTORY_WEEKS}.", "weeks"),
            _number("price_0", "Newest price per unit.", "GBP"),
            _number("price_change", "Newest price relative to its mean over 13 weeks.", "ratio"),
            _number("discount", "Largest discount announced for the forecast week; 0 if none.", "ratio"),
            _number("week_of_year", "ISO week of the forecast."),
            _number("weeks_to_christmas", "Weeks from the forecast week to Christmas.", "weeks"),
            *_TOTALS,
        ),
    ),
    # An offer counts from the week of its announcement.
    inputs=(Input(table=WEEKLY_DEMAND.table, since="week"), Input(table=OFFERS, since="announced_on", ahead_days=6)),
    function=f"{_GOLD}:demand_examples",
    since="origin",
)

LEFT_OUT = Derived(
    table=Table(
        name="series_left_out",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per origin and reason: the number of series that are, or are not, forecast for it.",
        keys=("origin", "reason"),
        columns=(
            EXAMPLES.table.column("origin"),
            Column(name="reason", type="string", comment="`forecast`, or why not.", allowed=REASONS),
            Column(name="series", type="bigint", comment="Number of series."),
        ),
    ),
    inputs=(Input(table=WEEKLY_DEMAND.table, since="week"),),
    function=f"{_GOLD}:series_left_out",
    since="origin",
)

# A week is known once it is over. A series that ended in between has sold nothing.
KNOWN_DEMAND = Derived(
    table=Table(
        name="known_demand",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per example whose week is over: the units sold in it.",
        keys=("example_id",),
        columns=(
            EXAMPLES.table.column("example_id"),
            Column(name="known_from", type="date", comment="The day after its week."),
            Column(name="demand", type="double", comment="Units sold in the forecast week.", unit=_UNITS),
        ),
    ),
    inputs=(
        Input(table=EXAMPLES.table, since="target_week", behind_days=7),
        Input(table=WEEKLY_DEMAND.table, since="week", behind_days=7),
    ),
    since="known_from",
    sql="""SELECT asked.example_id, date_add(asked.target_week, 7) AS known_from,
       CAST(coalesce(sold.units, 0) AS DOUBLE) AS demand
FROM demand_examples AS asked
LEFT JOIN weekly_demand AS sold
  ON sold.stock_code = asked.stock_code AND sold.country = asked.country AND sold.week = asked.target_week
WHERE asked.target_week <= (SELECT max(week) FROM weekly_demand)""",
)
