"""The network of `network.py`, fitted by processes on Spark's workers; rows leave Spark only as shards.

A fit keeps its intermediate files (shards, edges and checkpoints) in one folder of the scratch volume, named after the
training. A restarted training finds them again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Model
from ml.examples.dataset import PERIOD
from ml.examples.split import Split
from ml.neural.lanes import LANES
from ml.neural.shards import LANE, TARGET
from ml.problems.learning import Categories, Ends, Params, Scores
from ml.problems.problem import Floats, Problem
from ml.training.learners.network import (
    FIRST,
    MAX_EPOCHS,
    PATIENCE_EPOCHS,
    curve,
    save,
    schedule,
    suggested,
)
from ml.versions.scorer import network_of

# How far a bin's edge may be from its quantile, as a share of the rows.
_EDGE_ERROR = 0.001


@dataclass(frozen=True, kw_only=True)
class FittedSparkNetwork:
    """The weights, the median row, and the learner whose rows it may score."""

    median: Floats
    weights: Mapping[str, Any]
    learner: "SparkNetwork"
    categories: Categories = field(default_factory=dict)
    readers: tuple[str, ...] = ("network",)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and answers of the rows of `periods`, computed by Spark; only these two columns come to the driver."""
        columns = list(self.learner.columns)
        weights = {name: np.asarray(value, dtype=np.float64) for name, value in self.weights.items()}

        def answered(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
            answer = network_of(weights)
            for batch in batches:
                yield pd.DataFrame({"truth": batch[TARGET], "raw": answer(batch[columns].to_numpy(np.float64))})

        asked = self.learner.rows(periods).select(*columns, TARGET)
        found = asked.mapInPandas(answered, "truth double, raw double").toPandas()
        return Scores(truth=found["truth"].to_numpy(float), raw=found["raw"].to_numpy(float))

    def save(self, directory: Path) -> None:
        """The weights as arrays by name."""
        save(directory, self.median, self.weights)


@dataclass(frozen=True, kw_only=True)
class SparkNetwork:
    """`frame`: one row per training example with `_period`, the `keys`, the `columns` as numbers, and `_target`.

    `scratch`: a folder of this training that Spark, its workers and this process can reach. `processes`: how many fit,
    each in a Spark task, and each on a GPU if the cluster gives its tasks one.
    """

    frame: DataFrame
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    scratch: Path
    loss: str
    seed: int
    processes: int

    @property
    def first(self) -> Params:
        """As on one node."""
        return FIRST

    def suggest(self, trial: optuna.Trial) -> Params:
        """As on one node."""
        return suggested(trial)

    def rows(self, periods: Sequence[date]) -> DataFrame:
        """The rows of `periods`."""
        return self.frame.where(F.col(PERIOD).isin(list(periods)))

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:  # noqa: ARG002
        """Fit until the tuning periods no longer improve; found: how many epochs that took."""
        done = self._fitted({**params, "epochs": MAX_EPOCHS}, split.train, split.tuning)
        return done["epochs"][done["best"] - 1][2], {"epochs": done["best"]}

    def fit(self, params: Params, periods: Sequence[date]) -> FittedSparkNetwork:
        """A network of exactly `epochs` epochs over `periods`."""
        done = self._fitted(params, periods)
        curve([(number, fitted) for number, fitted, _ in done["epochs"]])
        median = np.array([column[0] if column else 0.0 for column in self._quantiles(periods, 0)])
        return FittedSparkNetwork(median=median, weights=done["weights"], learner=self)

    def _fitted(self, params: Params, periods: Sequence[date], tuning: Sequence[date] | None = None) -> dict[str, Any]:
        from pyspark.ml.torch.distributor import TorchDistributor  # noqa: PLC0415 - only here is it needed

        from ml.neural import on_shards  # noqa: PLC0415 - an environment without PyTorch leaves this learner out

        asked = on_shards.Asked(
            columns=self.columns,
            edges=tuple(tuple(column) or (0.0,) for column in self._quantiles(periods, int(params["bins"]))),
            params=params,
            loss=self.loss,
            schedule=schedule(params, self.seed, patience_epochs=PATIENCE_EPOCHS if tuning else 0),
            rows=str(self._shards(periods)),
            tuning=str(self._shards(tuning)) if tuning else "",
            checkpoints=str(self.scratch / f"checkpoints-{_name(params, periods, tuning)}"),
        )
        distributor = TorchDistributor(
            num_processes=self.processes, local_mode=False, use_gpu=_tasks_have_gpus(self.frame.sparkSession)
        )
        done = distributor.run(on_shards.fit, asked.as_values())
        assert isinstance(done, dict)
        return done

    def _shards(self, periods: Sequence[date]) -> Path:
        """The folder with the shards of `periods`. Shards that an earlier attempt wrote completely are reused."""
        folder = self.scratch / f"rows-{_name(periods)}"
        if not (folder / "_SUCCESS").is_file():
            lane = F.pmod(F.xxhash64(*self.keys), F.lit(LANES)).alias(LANE)
            dealt = self.rows(periods).select(lane, *self.keys, *self.columns, TARGET).repartition(LANES, LANE)
            ordered = dealt.sortWithinPartitions(LANE, *self.keys).select(LANE, *self.columns, TARGET)
            ordered.write.mode("overwrite").partitionBy(LANE).parquet(str(folder))
        return folder

    def _quantiles(self, periods: Sequence[date], bins: int) -> list[list[float]]:
        """The distinct edges of `bins` bins of each column; for 0 bins the median. Empty: no known value.

        Spark's estimate may differ between calls, so it is computed once.
        """
        file = self.scratch / f"quantiles-{_name(bins, periods)}.json"
        if not file.is_file():
            shares = [float(share) for share in np.linspace(0, 1, bins + 1)] if bins else [0.5]
            known = self.rows(periods).select(*(F.nanvl(name, F.lit(None)).alias(name) for name in self.columns))
            found = known.approxQuantile(list(self.columns), shares, _EDGE_ERROR)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps([sorted(set(column)) for column in found]))
        edges: list[list[float]] = json.loads(file.read_text())
        return edges


def _name(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _tasks_have_gpus(spark: SparkSession) -> bool:
    """Whether the cluster gives each Spark task a GPU."""
    return float(spark.conf.get("spark.task.resource.gpu.amount", "0") or 0) >= 1


def over(rows: DataFrame, model: Model, problem: Problem, *, scratch: Path, processes: int) -> SparkNetwork:
    """The learner of `model` over `rows`, one row per example."""
    outcome = model.outcome
    keys = tuple(dict.fromkeys((outcome.key, outcome.event_time)))
    columns = tuple(f"_x_{name}" for name in model.features)
    frame = rows.select(
        PERIOD,
        *keys,
        *(F.col(name).cast("double").alias(column) for name, column in zip(model.features, columns, strict=True)),
        F.col(outcome.label).cast("double").alias(TARGET),
    )
    return SparkNetwork(
        frame=frame.cache(),
        columns=columns,
        keys=keys,
        scratch=scratch,
        loss=problem.objective.network,
        seed=model.seed,
        processes=processes,
    )
