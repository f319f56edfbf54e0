"""The candidates of a training: the learners with their rows, and how trials run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from ml.declarations import Algorithm
from ml.examples.dataset import PERIOD
from ml.problems.learning import Learner
from ml.tables import Tables, pandas_of
from ml.training import plan, scratch
from ml.training.learn import Together
from ml.training.learners import in_memory, spark_network
from ml.training.learners.left_out import present
from ml.training.learners.spark_trees import SparkTrees, assembled
from ml.training.plan import Plan, Task
from ml.training.trials import Kept, on_workers, once
from ml.training.tuning import Batch, FitAndScore
from ml.versions.lineage import Lineage


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """`learners` by name over so many `rows`; `frame` has them, unless they stay with Spark.

    `together`: runs trials and keeps their results; None: one after another in this process, and nothing is kept.
    `scratch`: the folder of this training only, in which a restarted training finds its earlier results.
    """

    learners: Mapping[str, Learner]
    rows: int
    frame: pd.DataFrame | None = None
    together: Together | None = None
    scratch: Path | None = None

    def clear(self) -> None:
        """Remove the training's temporary files, once its version is registered."""
        if self.scratch is not None:
            scratch.clear(self.scratch)


def candidates(tables: Tables, task: Task, planned: Plan, lineage: Lineage, *, continues: bool = True) -> Candidates:
    """The declared algorithms that this environment can fit.

    `continues`: whether a restart takes what a killed training has finished. Otherwise the scratch volume is only used
    for what needs Spark's workers.
    """
    model, rows = planned.model, plan.fitting_frame(task, planned)
    if model.is_distributed:
        return _over_spark(task, planned, rows, scratch.folder(tables, task.common, lineage))
    keys = (PERIOD, model.outcome.key, model.outcome.event_time, model.outcome.label)
    frame = pandas_of(rows.select(*dict.fromkeys((*keys, *model.features, *model.fairness_groups))))
    own = scratch.folder(tables, task.common, lineage) if continues or model.trains_on_workers else None
    learners = in_memory.learners(model, task.problem, frame, period=PERIOD, scratch=own)
    together = None if own is None else _kept_trials(rows.sparkSession if model.trains_on_workers else None, own)
    return Candidates(learners=learners, rows=len(frame), frame=frame, together=together, scratch=own)


def _over_spark(task: Task, planned: Plan, rows: DataFrame, scratch: Path) -> Candidates:
    """The one algorithm whose rows stay with Spark."""
    model = planned.model
    (algorithm,) = present(model.algorithms)
    if algorithm is Algorithm.SPARK_GBT:
        vectors = assembled(rows, model).cache()
        trees = SparkTrees(frame=vectors, scratch=scratch, seed=model.seed)
        return Candidates(learners={str(algorithm): trees}, rows=vectors.count(), scratch=scratch)
    network = spark_network.over(rows, model, task.problem, scratch=scratch, processes=task.processes)
    return Candidates(learners={str(algorithm): network}, rows=network.frame.count(), scratch=scratch)


def _kept_trials(spark: SparkSession | None, folder: Path) -> Together:
    """Trials with kept results: on the workers of `spark`, or one by one in this process."""

    def together(name: str, fit_and_score: FitAndScore) -> Batch:
        kept = Kept(folder=folder / "trials" / name)
        return once(kept, fit_and_score) if spark is None else on_workers(spark, kept, fit_and_score)

    return together
