"""Hold-out rows that training has already seen, under the same key or another one."""

from collections.abc import Sequence

from pyspark.sql import functions as F  # noqa: N812

from ml.examples.dataset import PERIOD, examples
from ml.gates.leak_checks import Repeats
from ml.versions.lineage import Lineage
from ml.versions.version_task import Subject


def repeats(subject: Subject, lineage: Lineage, features: Sequence[str]) -> Repeats:
    """How many hold-out rows share the key, or all `features`, with a row that was fitted on. One pass over both."""
    fitted = F.col(PERIOD).between(F.lit(lineage.fitted_first_period), F.lit(lineage.fitted_last_period))
    held = F.col(PERIOD).between(F.lit(lineage.holdout_first_period), F.lit(lineage.holdout_last_period))
    rows = examples(subject.tables, subject.model, lineage.pinned, subject.common.judging).where(fitted | held)
    marks = {"key": F.xxhash64(subject.model.outcome.key), "features": F.xxhash64(*features)}
    each = F.create_map(*(part for name, mark in marks.items() for part in (F.lit(name), mark)))
    marked = rows.select(held.alias("held"), F.explode(each).alias("kind", "mark"))
    counted = marked.groupBy("kind", "mark").agg(
        F.count_if("held").alias("held"), F.count_if(~F.col("held")).alias("fitted")
    )
    met = F.when(F.col("fitted") > 0, F.col("held")).otherwise(0)
    summed = counted.groupBy("kind").agg(F.sum("held").alias("held"), F.sum(met).alias("met"))
    found = {row["kind"]: row for row in summed.collect()}
    return Repeats(
        holdout_rows=found["key"]["held"] if found else 0,
        same_key=found["key"]["met"] if found else 0,
        same_features=found["features"]["met"] if found else 0,
    )
