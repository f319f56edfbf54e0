"""The rows of a monitoring pipeline: what each period shows by its own rows, per version that scored it. Lazy.

Kept apart from the other datasets because it needs the libraries that measure answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Model, Table, UseCase
from ml.examples.dataset import PERIOD, period_of
from ml.examples.newest import newest_known, newest_predictions
from ml.monitoring.parts import hash_of, keys_of
from ml.monitoring.period_fingerprints import Sources
from ml.monitoring.window import LABEL, answer_names, column_names, problem
from ml.monitoring.without_reference import Scorer, findings, of_answers, period_data
from ml.records.gate_results import COMPARISON, GATE_RESULTS
from ml.records.monitoring import FIGURES
from ml.records.predictions import predictions
from ml.usecases import USE_CASES

_VERSION, _ROWS, _LABELLED, _SCORED, _START = "_version", "_rows", "_labelled", "_scored", "_holdout_start"
_PLACE = "_place"


@dataclass(frozen=True, kw_only=True)
class Measures:
    """The figures of the models of `use_case` over its tables in `catalog`, which the jobs write."""

    use_case: UseCase
    catalog: str

    @classmethod
    def of(cls, use_case: str, *, catalog: str) -> "Measures":
        """Those of the use case with that name. Raises KeyError if it is not declared."""
        return cls(use_case=USE_CASES[use_case], catalog=catalog)

    def measures(self, model: str) -> DataFrame:
        """One row per period, version that scored it, metric and column, as `FIGURES` declares it."""
        # Here, since a source is read before there is a session.
        runtime.carry_code()
        declared = self.use_case.model_named(model)
        name = declared.full_name(self.catalog, self.use_case.name)
        features = declared.feature_table
        scored = self._read(predictions(self.use_case)).where(F.col("model") == name)
        sources = Sources(
            calendar=self.use_case.judging,
            features=self._read(features.table),
            predictions=newest_predictions(features, scored),
            outcomes=newest_known(declared.outcome, self._read(declared.outcome.table)),
            quarantine=None,
        )
        rows = joined(declared, sources, holdout_starts(self._read(GATE_RESULTS), name))
        schema = ", ".join(f"`{column.name}` {column.type}" for column in FIGURES)
        return rows.groupBy(PERIOD, _VERSION).applyInPandas(measured(declared, name), schema)

    def _read(self, table: Table) -> DataFrame:
        return SparkSession.active().read.table(table.full_name(self.catalog, self.use_case.name))


def holdout_starts(results: DataFrame, model_name: str) -> DataFrame:
    """One row per version that the gates compared: `_version`, and the first period of its hold-out."""
    start = F.substring_index(F.get_json_object("inputs", "$.holdout_periods"), "..", 1)
    mine = results.where((F.col("model") == model_name) & (F.col("gate") == COMPARISON))
    return mine.groupBy(F.col("version").alias(_VERSION)).agg(F.min(start).cast("date").alias(_START))


def joined(model: Model, sources: Sources, starts: DataFrame) -> DataFrame:
    """One row per feature row, or row of the period's sample, and version that scored its period; null if none has.

    Keys, `_period`, the columns, `_version`, its answer and the label, both null if unknown, and the whole period's
    counts.
    """
    declared, outcome, most = model.feature_table, model.outcome, model.monitoring.max_rows_per_period
    assert sources.predictions is not None, "a missing table fails the update"
    assert sources.outcomes is not None, "a missing table fails the update"
    keys = [*declared.keys, declared.event_time]
    period = period_of(sources.calendar, declared.table, declared.event_time).alias(PERIOD)
    of_period = Window.partitionBy(PERIOD)
    others = [name for name in column_names(model) if name not in keys]
    rows = (
        sources.features.select(*keys_of(declared, *keys), period, *others)
        .withColumn(_ROWS, F.count("*").over(of_period))
        .withColumn(_PLACE, F.row_number().over(of_period.orderBy(hash_of(model, declared.key), *keys)))
        .where(F.col(_PLACE) <= most)
    )
    answers = sources.predictions.withColumnRenamed("model_version", _VERSION)
    scored = answers.groupBy(period, _VERSION).agg(F.count("*").alias(_SCORED))
    happened = period_of(sources.calendar, outcome.table, outcome.event_time).alias(PERIOD)
    labelled = sources.outcomes.groupBy(happened).agg(F.count("*").alias(_LABELLED))
    named = {outcome.key: declared.key, outcome.event_time: declared.event_time, outcome.label: LABEL}
    known = sources.outcomes.select(*(F.col(old).alias(new) for old, new in named.items()))
    return (
        rows.join(scored, PERIOD, "left")
        .join(labelled, PERIOD, "left")
        .join(starts, _VERSION, "left")
        .join(answers.select(*keys_of(declared, *keys), _VERSION, *answer_names(model)), [*keys, _VERSION], "left")
        .join(
            known.select(*keys_of(declared, declared.key, declared.event_time), LABEL),
            [declared.key, declared.event_time],
            "left",
        )
    )


def measured(model: Model, model_name: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """From the rows of one period and version to their rows of `FIGURES`; runs on Spark's workers."""
    declared = model.feature_table
    # Sums depend on the order of rows, and a view that is computed again must not change by that.
    order = [*declared.keys, declared.event_time]
    wanted, names = [*column_names(model), *answer_names(model), LABEL], [each.name for each in FIGURES]
    answers, truth = of_answers(model), problem(model).truth

    def of_group(rows: pd.DataFrame) -> pd.DataFrame:
        first = rows.iloc[0]
        period, version = first[PERIOD], _whole(first[_VERSION])
        start = None if pd.isna(first[_START]) else first[_START]
        scorer = Scorer(version=version, holdout_start=start) if version else None
        data = period_data(
            rows.sort_values(order, kind="stable", ignore_index=True)[wanted],
            period,
            rows=_whole(first[_ROWS]),
            labelled=_whole(first[_LABELLED]),
            scored=_whole(first[_SCORED]),
        )
        found = [
            {
                **vars(each),
                "kind": str(each.kind),
                "period": period,
                "model": model_name,
                "model_version": version or None,
                "why_unknown": each.reason if each.value is None else None,
            }
            for each in findings(data, scorer, model, truth, answers)
        ]
        return pd.DataFrame(found)[names]

    return of_group


def _whole(value: Any) -> int:
    """A count, or a version; 0 for null."""
    return 0 if pd.isna(value) else int(value)
