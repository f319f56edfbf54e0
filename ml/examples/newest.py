"""Which of several outcomes of one event counts. Pure frames."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Outcome


def newest_known(outcome: Outcome, outcomes: DataFrame) -> DataFrame:
    """One row per key and event time of `outcomes`: key, event time, `known_from` and label of what was known last."""
    heads = [outcome.key, outcome.event_time]
    last = F.max_by(F.struct(outcome.known_from, outcome.label), F.struct(outcome.known_from, outcome.label))
    return outcomes.groupBy(*heads).agg(last.alias("_last")).select(*heads, "_last.*")
