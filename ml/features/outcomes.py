"""Outcome rows: each outcome is assigned to its one event, or to quarantine with a reason. Pure frames."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, Joins, Later, Model, Outcome
from ml.features.windows import period_sql

_KNOWN, _EVENTS, _FITTING = "_known", "_events", "_fitting"


def outcome_rows(model: Model, calendar: Calendar, events: DataFrame, outcomes: DataFrame) -> DataFrame:
    """One row per row of `outcomes`: its columns, columns from its event, and `_reason` (null: usable).

    `events`: the source of the feature table; it supplies the columns of the outcome table that `outcomes` lacks.
    """
    outcome = model.outcome
    given = [column.name for column in outcome.source.columns]
    lent = [column.name for column in outcome.table.columns if column.name not in given]
    named = outcome.event_id or outcome.key
    candidates = events.select(
        F.col(named).alias("_named"),
        F.col(outcome.event_time).alias("_at"),
        F.expr(period_sql(calendar, model.feature_table.source, outcome.event_time)).alias("_period"),
        F.struct(*(F.col(name) for name in lent), F.lit(1).alias("_one")).alias("_lent"),
    )
    paired = outcomes.join(candidates, F.col(named) == F.col("_named"), "left").withColumn(
        "_fits", _fits(outcome, calendar)
    )
    found = paired.groupBy(*given).agg(
        F.count("_named").alias(_EVENTS),
        F.count_if("_fits").alias(_FITTING),
        F.max_by("_lent", "_fits").alias("_lent"),
        F.max_by("_at", "_fits").alias("_at"),
    )
    reason = _reason(model, calendar, named)
    return found.select(*given, *(F.col(f"_lent.{name}").alias(name) for name in lent), reason.alias("_reason"))


def computed_rows(model: Model, calendar: Calendar, later: Later, events: DataFrame, rows: DataFrame) -> DataFrame:
    """One row per event whose time has passed: the columns of the outcome table, and `_reason` (null throughout).

    Time has passed up to the newest period of `rows`. Facts that became known after an event's time had passed do not
    count, so an outcome, once known, stays.
    """
    outcome, history = model.outcome, later.history
    source = model.feature_table.source
    event, until = F.expr(period_sql(calendar, source, outcome.event_time)), F.col("_event") + later.within_periods
    happened = rows.where(F.expr(later.expression)).select(
        *(F.col(name).alias(f"_of_{name}") for name in history.on),
        F.expr(period_sql(calendar, history.table, history.time)).alias("_time"),
        F.expr(period_sql(calendar, history.table, history.known_from or history.time)).alias(_KNOWN),
    )
    newest = rows.agg(F.max(F.expr(period_sql(calendar, history.table, history.time))).alias("_newest"))
    passed = events.withColumn("_event", event).crossJoin(newest).where(until <= F.col("_newest"))
    same = [F.col(name) == F.col(f"_of_{name}") for name in history.on]
    within = (F.col("_time") > F.col("_event")) & (F.col("_time") <= until) & (F.col(_KNOWN) <= until)
    heads = [column.name for column in source.columns if column.name != outcome.label]
    found = (
        passed.join(happened, [*same, within], "left").groupBy(*heads, "_event").agg(F.count("_time").alias("_hits"))
    )
    known_type = outcome.table.column(outcome.known_from).type
    label_type = outcome.table.column(outcome.label).type
    known = F.expr(calendar.first_day_sql(f"_event + {later.within_periods + 1}")).cast(known_type)
    made = found.withColumn(outcome.known_from, known).withColumn(
        outcome.label, (F.col("_hits") > 0).cast("int").cast(label_type)
    )
    return made.select(*(column.name for column in outcome.table.columns), F.lit(None).cast("string").alias("_reason"))


def _fits(outcome: Outcome, calendar: Calendar) -> SparkColumn:
    """Whether the paired event may be the outcome's."""
    known = F.expr(period_sql(calendar, outcome.source, outcome.known_from))
    age = known - F.col("_period")
    fits = age >= outcome.horizon_periods
    if outcome.within_periods is not None:
        fits &= age <= outcome.within_periods
    if outcome.joins is Joins.KEY_AND_TIME:
        fits &= F.col(outcome.event_time) == F.col("_at")
    return fits


def _reason(model: Model, calendar: Calendar, named: str) -> SparkColumn:
    outcome = model.outcome
    source, period = model.feature_table.source.name, calendar.period
    subject = F.concat(F.lit(f"{named} "), F.col(named))
    known = F.concat(F.lit(f"{outcome.known_from} "), F.col(outcome.known_from))
    at = F.concat(F.lit(f"{outcome.event_time} "), F.col("_at"))
    if outcome.joins is Joins.PRECEDING:
        span = f" has no row of {source} {outcome.horizon_periods} to {outcome.within_periods} {period}s before "
        unfit = F.concat(subject, F.lit(span), known)
    elif outcome.joins is Joins.KEY_AND_TIME:
        unfit = F.concat(
            subject,
            F.lit(f" has no row of {source} with {outcome.event_time} "),
            F.col(outcome.event_time),
            F.lit(f", {outcome.horizon_periods} or more {period}s before "),
            known,
        )
    elif outcome.horizon_periods:
        unfit = F.concat(known, F.lit(f" is less than {outcome.horizon_periods} {period}(s) after "), at)
    else:
        unfit = F.concat(known, F.lit(" is before "), at)
    several = F.concat(subject, F.lit(" may belong to "), F.col(_FITTING), F.lit(f" rows of {source}: it names none"))
    return (
        F.when(F.col(_EVENTS) == 0, F.concat(subject, F.lit(f" is not in {source}")))
        .when(F.col(_FITTING) == 0, unfit)
        .when(F.col(_FITTING) > 1, several)
    )
