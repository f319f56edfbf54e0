"""Scoring as a stream: the changed rows of the feature table, batch by batch, each by the version live at that time.

The checkpoint receives a batch's plan before it is scored: the versions of the feature table to read, the model version
that answers, and the version of the predictions up to which a row counts as scored. So a batch that was killed at any
point gives the same rows again, even if another version went live meanwhile, and Delta applies them once. The next
batch looks up the live version again, so a change in between neither loses a row nor scores one twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Late, Rescore, Streaming, Table
from ml.parameters import Common
from ml.records.predictions import late_rows, predictions
from ml.scoring import model_on_workers
from ml.scoring.frames import unscored
from ml.scoring.predicting import predicted
from ml.sinks.delta import DeltaSink
from ml.sinks.sink import Batch
from ml.streams.checkpoint import Checkpoint, Position
from ml.tables import Tables, changes
from ml.tables.changes import Changes
from ml.versions.answers import require_rows


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Rows without a prediction, rows that were scored, and rows that were late (scored or not)."""

    rows_in: int = 0
    scored: int = 0
    late: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """The sums of both."""
        return Counts(
            rows_in=self.rows_in + other.rows_in, scored=self.scored + other.scored, late=self.late + other.late
        )


@dataclass(frozen=True, kw_only=True)
class ScoringStream:
    """The stream from a feature table to the predictions of the task's model. `live` returns the answering version."""

    tables: Tables
    task: Common
    features: str
    checkpoint: Checkpoint
    live: Callable[[], int]

    def run(self) -> tuple[Counts, list[int]]:
        """Score batch after batch until nothing is new. Returns the rows, and the version that answered each batch."""
        position, counts, versions = self.checkpoint.position(), Counts(), list[int]()
        while True:
            if position.plan is None:
                position = self._planned(position)
            if position.plan is None:
                return counts, versions
            versions.append(position.plan["model_version"])
            position, found = self._batch(position)
            counts = counts.plus(found)

    @property
    def _streaming(self) -> Streaming:
        return self.task.model.streaming or Streaming()

    def _planned(self, position: Position) -> Position:
        """The position with the plan of the next batch; without a plan if nothing is new."""
        version, seen = self.live(), position.seen
        anew = self.task.model.rescore is Rescore.ON_NEW_VERSION and seen.get("model_version") != version
        # The number of a version says nothing of another table, such as a copy without sensitive columns.
        anew = anew or seen.get("features") != self.features
        new = changes.since(self.tables, self.features, None if anew else seen.get("version"))
        if new.nothing:
            return position
        target = self._full_name(predictions(self.task.use_case))
        self.tables.create(predictions(self.task.use_case), target)
        after = None if new.whole else new.after
        until = new.until if after is None else min(new.until, after + self._streaming.versions_per_batch)
        plan = {
            "features": self.features,
            "after": after,
            "until": until,
            "model_version": version,
            "predictions": self.tables.version(target),
            "run_id": self.task.run_id,
            "scored_at": datetime.now(UTC).isoformat(),
        }
        return self.checkpoint.plan(position, plan)

    def _batch(self, position: Position) -> tuple[Position, Counts]:
        """Execute the plan, and commit it."""
        assert position.plan is not None
        plan, event_time = position.plan, self.task.model.feature_table.event_time
        rows = self._unscored(plan).withColumn("_late", _late(event_time, self._watermark(position.seen)))
        told = rows.agg(
            F.count("*").alias("rows"),
            F.count_if("_late").alias("late"),
            F.max(F.col(event_time).cast("timestamp").cast("double")).alias("newest_s"),
        ).collect()[0]
        refused = told["late"] if self._streaming.late is Late.REFUSE else 0
        if told["rows"] > refused:
            self._score(rows.where(~F.col("_late")) if refused else rows, position)
        if refused:
            self._refuse(rows.where("_late"), position)
        newest = [each for each in (told["newest_s"], position.seen.get("newest_s")) if each is not None]
        seen = {name: plan[name] for name in ("features", "model_version")} | {"version": plan["until"]}
        seen |= {"newest_s": max(newest)} if newest else {}
        counts = Counts(rows_in=told["rows"], scored=told["rows"] - refused, late=told["late"])
        return self.checkpoint.commit(position, seen), counts

    def _unscored(self, plan: Mapping[str, Any]) -> DataFrame:
        model, declared = self.task.model, predictions(self.task.use_case)
        key = (*model.feature_table.keys, model.feature_table.event_time)
        found = Changes(full_name=plan["features"], after=plan["after"], until=plan["until"])
        before = self.tables.read(self._full_name(declared), plan["predictions"])
        mine = before.where(F.col("model") == self.task.model_name)
        return unscored(model, changes.newest(self.tables, found, key), mine, plan["model_version"])

    def _score(self, rows: DataFrame, position: Position) -> None:
        assert position.plan is not None
        plan, name, declared = position.plan, self.task.model_name, predictions(self.task.use_case)
        made = predicted(
            replace(self.task, run_id=plan["run_id"]),
            rows,
            name,
            plan["model_version"],
            archive=model_on_workers.kept(f"models:/{name}/{plan['model_version']}"),
            scored_at=datetime.fromisoformat(plan["scored_at"]),
        )
        with runtime.computed_once(made) as answers:
            require_rows(answers, self.task.model.problem.output, f"version {plan['model_version']} of {name}")
            self._sink(declared).write(answers, _numbered(position))

    def _refuse(self, rows: DataFrame, position: Position) -> None:
        assert position.plan is not None
        plan, declared = position.plan, late_rows(self.task.use_case)
        told = {
            "model": F.lit(self.task.model_name),
            "watermark": F.lit(self._watermark(position.seen)),
            "run_id": F.lit(plan["run_id"]),
            "refused_at": F.lit(datetime.fromisoformat(plan["scored_at"])),
        }
        columns = [column.name for column in declared.columns]
        self._sink(declared).write(rows.withColumns(told).select(*columns), _numbered(position))

    def _watermark(self, seen: Mapping[str, Any]) -> datetime | None:
        """Rows older than this are late; None: none are."""
        allowed_s, newest_s = self._streaming.late_after_s, seen.get("newest_s")
        if allowed_s is None or newest_s is None:
            return None
        return datetime.fromtimestamp(newest_s, UTC) - timedelta(seconds=allowed_s)

    def _sink(self, declared: Table) -> DeltaSink:
        return DeltaSink(self.tables, declared, self._full_name(declared))

    def _full_name(self, declared: Table) -> str:
        return declared.full_name(self.task.catalog, self.task.use_case.name)


def _late(event_time: str, watermark: datetime | None) -> Column:
    return F.lit(False) if watermark is None else F.col(event_time).cast("timestamp") < F.lit(watermark)


def _numbered(position: Position) -> Batch:
    return Batch(stream=position.stream, number=position.batch)
