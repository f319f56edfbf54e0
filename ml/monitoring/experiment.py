"""Task `experiment` of job `<usecase>-online`: compares the version on trial with the live one.

An event counts once, for the version that answered its first request, because the endpoint draws that version at
random. Known outcomes judge the answers. The intervals hold however often the task looks, so the first significant look
ends the experiment.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Experiment, Layer, Model, inference_table
from ml.evaluation.sequential import Arm, Difference, arm, difference
from ml.examples.newest import newest_known
from ml.monitoring.asked import ROW, asked_rows, known_then
from ml.monitoring.window import LABEL, answer_names
from ml.parameters import Common
from ml.problems.registry import judging_of, problem_of_model
from ml.records.appending import append_record
from ml.records.experiments import EXPERIMENTS, Standing, Trial, newest_trial, standing
from ml.tables import Tables, door, pandas_of


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate the running experiment, if there is one; run by job `<usecase>-online`."""
    task, tables = parameters.common(parameters.of_model("experiment").parse_args(arguments)), door()
    look = looked(tables, task)
    rows = look.champion.rows + look.challenger.rows if look else 0
    told = {"standing": str(look.standing), "reason": look.reason} if look else {"standing": "none"}
    runtime.report(task="experiment", rows_in=rows, rows_kept=rows, rows_quarantined=0, **told)


@dataclass(frozen=True, kw_only=True)
class Look:
    """The result of the outcomes so far."""

    champion: Arm
    challenger: Arm
    difference: Difference
    standing: Standing
    reason: str


def looked(tables: Tables, task: Common) -> Look | None:
    """The look that this run recorded; None if no experiment is running or nothing can be read yet."""
    schema = task.schema(Layer.OPS)
    trial = newest_trial(tables, schema, task.model_name)
    said = standing(tables, schema, trial) if trial else None
    if trial is None or (said and said["standing"] != Standing.RUNNING):
        return None
    frame = judged_events(tables, task, trial)
    if frame is None:
        return None
    look = judge(trial.rule, *(arm(losses(task.model, frame, each)) for each in _entities(trial)))
    row = _row(task, trial, look)
    append_record(tables, EXPERIMENTS, f"{schema}.{EXPERIMENTS.name}", [row])
    return look


def judged_events(tables: Tables, task: Common, trial: Trial) -> pd.DataFrame | None:
    """One row per requested event with an outcome: `entity`, the answer, `label`. None: no table yet."""
    model, use_case = task.model, task.use_case
    assert model.serving is not None
    names = (
        inference_table(task.catalog, use_case.name, model.serving.endpoint),
        model.feature_table.table.full_name(task.catalog, use_case.name),
        model.outcome.table.full_name(task.catalog, use_case.name),
    )
    if not all(map(tables.exists, names)):
        return None
    recorded, features, outcomes = (tables.read(name) for name in names)
    rows = asked_rows(recorded, model.feature_table, trial.began_at, _entities(trial))
    return pandas_of(events(model, known_then(rows, features, model.feature_table), outcomes))


def events(model: Model, rows: DataFrame, outcomes: DataFrame) -> DataFrame:
    """The first row of each event, with its outcome: `entity`, the answer's columns, `label`. Pure."""
    turn = Window.partitionBy("key", "event_time").orderBy("requested_at", *ROW)
    first = (
        rows.where(F.col("event_time").isNotNull())
        .withColumn("_turn", F.row_number().over(turn))
        .where(F.col("_turn") == 1)
    )
    outcome = model.outcome
    known = newest_known(outcome, outcomes).select(
        F.col(outcome.key).alias("key"),
        F.col(outcome.event_time).alias("event_time"),
        F.col(outcome.label).alias(LABEL),
    )
    kinds = ", ".join(f"`{column.name}` {column.type}" for column in model.problem.output)
    joined = first.join(known.where(F.col(LABEL).isNotNull()), ["key", "event_time"])
    return joined.withColumn("_answer", F.from_json("answer", kinds)).select("entity", "_answer.*", LABEL)


def losses(model: Model, frame: pd.DataFrame, entity: str) -> npt.NDArray[np.float64]:
    """The loss of each answer of `entity`."""
    mine = frame[frame["entity"] == entity].reset_index(drop=True)
    if mine.empty:
        return np.empty(0)
    truth, judging = problem_of_model(model).truth(mine[LABEL]), judging_of(model)
    return judging.losses(truth, judging.numbers(truth, mine[list(answer_names(model))]))


def judge(rule: Experiment, champion: Arm, challenger: Arm) -> Look:
    """The challenger's standing: won or lost once the interval of the difference is on one side of the margin. Pure."""
    found = difference(champion, challenger, effect=rule.effect, confidence=rule.confidence)
    rows, fewest = champion.rows + challenger.rows, min(champion.rows, challenger.rows)
    told = (
        f"after {champion.rows} and {challenger.rows} outcomes its loss differs by {found.value:.4g}, "
        f"interval {found.low:.4g} to {found.high:.4g}; the margin is {rule.margin:g}"
    )
    if fewest < rule.min_rows:
        known = f"{champion.rows} and {challenger.rows} outcomes; {rule.min_rows} of each are needed"
        now, told = (Standing.RUNNING if rows < rule.size else Standing.UNDECIDED), known
    elif found.high < rule.margin:
        now = Standing.WON
    elif found.low > rule.margin:
        now = Standing.LOST
    else:
        now = Standing.RUNNING if rows < rule.size else Standing.UNDECIDED
    return Look(champion=champion, challenger=challenger, difference=found, standing=now, reason=told)


def _entities(trial: Trial) -> tuple[str, str]:
    return trial.champion_entity, trial.version_entity


def _row(task: Common, trial: Trial, look: Look) -> dict[str, object]:
    return {
        **{
            name: getattr(trial, name) for name in ("model", "version", "champion", "version_entity", "champion_entity")
        },
        "champion_rows": look.champion.rows,
        "champion_loss": _finite(look.champion.mean),
        "version_rows": look.challenger.rows,
        "version_loss": _finite(look.challenger.mean),
        "difference": _finite(look.difference.value),
        "low": _finite(look.difference.low),
        "high": _finite(look.difference.high),
        "standing": str(look.standing),
        "reason": look.reason,
        "run_id": task.run_id,
        "looked_at": datetime.now(UTC),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
