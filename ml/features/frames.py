"""Feature and outcome rows from silver. Pure frames."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import FeatureTable, UseCase


class NullFeatureError(ValueError):
    """A feature that may not be null is null or not a finite number."""


def feature_rows(table: FeatureTable, source: DataFrame) -> DataFrame:
    """One row per row of `source`: key, event time and every declared feature."""
    features = [F.expr(feature.expression).alias(feature.name) for feature in table.features]
    return source.select(table.key, table.event_time, *features)


def unusable(table: FeatureTable, rows: DataFrame) -> dict[str, int]:
    """Rows in which a feature without `null_meaning` is null, or any feature is not finite, by feature name."""
    checks = []
    for feature in table.features:
        value = F.col(feature.name)
        bad = F.lit(False) if feature.null_meaning else value.isNull()
        if feature.type == "double":
            # NaN orders above every number in Spark, infinity included.
            bad = bad | F.coalesce(F.abs(value) >= float("inf"), F.lit(False))
        checks.append(F.count_if(bad).alias(feature.name))
    found = rows.agg(*checks).collect()[0].asDict()
    return {name: count for name, count in found.items() if count}


def require_usable(table: FeatureTable, rows: DataFrame) -> None:
    """Raise `NullFeatureError` naming every feature that has unusable values."""
    found = unusable(table, rows)
    if found:
        listed = "; ".join(f"{name!r} in {count} row(s)" for name, count in found.items())
        raise NullFeatureError(
            f"features of {table.name!r} are null or not finite: {listed}. Correct the expression, or say with "
            "null_meaning what a null means"
        )


def outcome_rows(use_case: UseCase, events: DataFrame, outcomes: DataFrame) -> DataFrame:
    """One row per silver outcome: the columns of the outcome table, all of `outcomes`, and `_reason`.

    `events` is silver of the feature table; it lends the event time. `_reason` is null where the row is usable.
    """
    outcome = use_case.model.outcome
    lent = [name for name in (column.name for column in outcome.table.columns) if name not in outcomes.columns]
    joined = outcomes.join(events.select(outcome.key, *lent, F.lit(True).alias("_known")), on=outcome.key, how="left")
    too_early = F.col(outcome.known_from) < F.col(outcome.event_time)
    return joined.withColumn(
        "_reason",
        F.when(
            F.col("_known").isNull(),
            F.concat(
                F.lit(f"{outcome.key} "),
                F.col(outcome.key),
                F.lit(f" is not in {use_case.model.feature_table.source.name}"),
            ),
        ).when(
            too_early,
            F.concat(
                F.lit(f"{outcome.known_from} "),
                F.col(outcome.known_from),
                F.lit(f" is before {outcome.event_time} "),
                F.col(outcome.event_time),
            ),
        ),
    ).drop("_known")
