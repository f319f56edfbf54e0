"""The rows of each dataset of a pipeline. Everything is lazy: the query functions trigger no Spark action."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Dimension, Feed, History, Model, Table, UseCase
from ml.declarations.pipelined import ACCEPTED
from ml.features.derived import function
from ml.features.frames import feature_rows
from ml.features.outcomes import computed_rows, outcome_rows
from ml.ingest.refine import checked, judged, kept, rejected
from ml.records.received import bronze, outcome_quarantine
from ml.usecases import USE_CASES


@dataclass(frozen=True, kw_only=True)
class Datasets:
    """The datasets of `use_case` over its bronze tables in `catalog`, each by its declared name.

    A table of the pipeline is read by its short name, in the pipeline's schema; any other by its full name.
    """

    use_case: UseCase
    catalog: str

    @classmethod
    def of(cls, use_case: str, *, catalog: str) -> "Datasets":
        """The datasets of the use case with that name. Raises KeyError if it is not declared."""
        return cls(use_case=USE_CASES[use_case], catalog=catalog)

    def accepted(self, feed: str) -> DataFrame:
        """One row per record of the feed, judged; the dataset's expectations drop rows that silver does not accept."""
        declared = self._feed(feed)
        received = self._read(bronze(declared), self.use_case.name)
        return judged(declared, checked(declared, received, self.use_case.calendar))

    def silver(self, feed: str) -> DataFrame:
        """The feed's silver rows."""
        declared = self._feed(feed)
        return kept(declared, self._spark.read.table(f"{declared.silver.name}{ACCEPTED}"))

    def quarantine(self, feed: str) -> DataFrame:
        """The feed's rejected records, with the reason."""
        return rejected(self.accepted(feed))

    def derived(self, name: str) -> DataFrame:
        """All rows of a derived table."""
        declared = next(each for each in self.use_case.derived if each.table.name == name)
        if declared.sql is not None:
            # Its inputs are tables of this pipeline, so the query uses their short names.
            rows = self._spark.sql(declared.sql)
        else:
            inputs = {each.table.name: self._read(each.table, each.use_case) for each in declared.inputs}
            rows = function(declared)(inputs) if declared.since is None else function(declared)(inputs, None)
        return _as_declared(declared.table, rows)

    def features(self, name: str) -> DataFrame:
        """The rows of a feature table."""
        declared = next(each for each in self.use_case.feature_tables if each.name == name)

        def read(other: History | Dimension) -> DataFrame:
            return self._read(other.table, other.use_case)

        rows = feature_rows(declared, self._read(declared.source), read, self.use_case.calendar)
        return _as_declared(declared.table, rows)

    def outcomes(self, model: str) -> DataFrame:
        """The rows of a model's outcome table."""
        declared = self.use_case.model_named(model)
        return _as_declared(declared.outcome.table, self._outcomes(declared).where(F.col("_reason").isNull()))

    def unusable_outcomes(self, model: str) -> DataFrame:
        """A model's outcomes without a matching event, with the reason."""
        declared = self.use_case.model_named(model)
        waiting = self._outcomes(declared).where(F.col("_reason").isNotNull())
        return _as_declared(outcome_quarantine(declared.outcome), waiting)

    def _outcomes(self, model: Model) -> DataFrame:
        outcome, calendar = model.outcome, self.use_case.calendar
        events, given = self._read(model.feature_table.source), self._read(outcome.source, outcome.use_case)
        if outcome.later:
            return computed_rows(model, calendar, outcome.later, events, given)
        return outcome_rows(model, calendar, events, given)

    def _feed(self, name: str) -> Feed:
        return next(feed for feed in self.use_case.feeds if feed.name == name)

    def _read(self, table: Table, use_case: str | None = None) -> DataFrame:
        """A table of this pipeline, or with `use_case` a table that a job of that use case writes."""
        return self._spark.read.table(table.full_name(self.catalog, use_case) if use_case else table.name)

    @property
    def _spark(self) -> SparkSession:
        """The pipeline's session with the pipeline's settings, unchanged, which carries this package's functions."""
        # Here, since a source is read before there is a session.
        runtime.carry_code()
        return SparkSession.active()


def _as_declared(table: Table, rows: DataFrame) -> DataFrame:
    return rows.select(*(column.name for column in table.columns))
