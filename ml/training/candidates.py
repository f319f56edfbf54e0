"""The candidates of a training: the learners with their rows, and how trials run."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from ml.declarations import Algorithm, Layer
from ml.examples.dataset import PERIOD
from ml.problems.learning import Learner
from ml.tables import Tables, pandas_of
from ml.training import plan
from ml.training.learn import Together
from ml.training.learners import in_memory, spark_network
from ml.training.learners.left_out import present
from ml.training.learners.spark_trees import SparkTrees, assembled
from ml.training.plan import Plan, Task
from ml.training.trials import Kept, on_workers
from ml.training.tuning import Batch, FitAndScore
from ml.versions.lineage import Lineage

# The volume that Spark's workers and the task share; only what is fitted or searched over workers uses it.
SCRATCH_VOLUME = "scratch"


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """`learners` by name over so many `rows`; `frame` has them, unless they stay with Spark.

    `together`: runs several trials at once; None: one after another in this process. `scratch`: the folder of this
    training only, in which a restarted training finds its earlier results.
    """

    learners: Mapping[str, Learner]
    rows: int
    frame: pd.DataFrame | None = None
    together: Together | None = None
    scratch: Path | None = None

    def clear(self) -> None:
        """Remove the training's temporary files, once its version is registered."""
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


def candidates(tables: Tables, task: Task, planned: Plan, lineage: Lineage) -> Candidates:
    """The declared algorithms that this environment can fit."""
    model, rows = planned.model, plan.fitting_frame(task, planned)
    if model.is_distributed:
        return _over_spark(task, planned, rows, _scratch(tables, task, lineage))
    keys = (PERIOD, model.outcome.key, model.outcome.event_time, model.outcome.label)
    frame = pandas_of(rows.select(*dict.fromkeys((*keys, *model.features, *model.fairness_groups))))
    learners = in_memory.learners(model, task.problem, frame, period=PERIOD)
    if model.tuning.workers == 1:
        return Candidates(learners=learners, rows=len(frame), frame=frame)
    scratch = _scratch(tables, task, lineage)
    together = _on_workers(rows.sparkSession, scratch)
    return Candidates(learners=learners, rows=len(frame), frame=frame, together=together, scratch=scratch)


def _scratch(tables: Tables, task: Task, lineage: Lineage) -> Path:
    """The folder of this training; other rows or another declaration give another name."""
    volume = tables.volume_path(f"{task.common.schema(Layer.OPS)}.{SCRATCH_VOLUME}", write=True)
    return Path(volume) / lineage.fingerprint[:16]


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


def _on_workers(spark: SparkSession, scratch: Path) -> Together:
    def together(name: str, fit_and_score: FitAndScore) -> Batch:
        return on_workers(spark, Kept(folder=scratch / "trials" / name), fit_and_score)

    return together
