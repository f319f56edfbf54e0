"""Task `shadow` of job `<usecase>-online`: the challenger's answers to the endpoint's requests.

Features come from the request; missing ones are the newest values known at request time. Only rows that this
challenger has not answered yet are scored, and each row is written once, so the next run completes a killed one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
import pandas as pd
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Layer, inference_table
from ml.monitoring.asked import ROW, asked_rows, known_then
from ml.monitoring.window import answer_names
from ml.parameters import Common
from ml.records.shadow import SHADOW_ANSWERS
from ml.tables import Tables, door, frame_of, pandas_of
from ml.versions import artifact, contract
from ml.versions.aliases import CHALLENGER
from ml.versions.version_task import aliases

Predict = Callable[[pd.DataFrame], Any]

# What waits longer than this for a challenger is not asked any more.
_LOOK_BACK = timedelta(days=7)
# Rows that pass through the task at a time; the next run goes on with the others.
MOST_ROWS = 200_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Score the new requests with the challenger, if there is one; run by job `<usecase>-online`."""
    task, tables = parameters.common(parameters.of_model("shadow").parse_args(arguments)), door()
    version = aliases(mlflow.MlflowClient(), task.model_name).get(CHALLENGER)
    rows = shadowed(tables, task, version, lambda: _predict(task, version)) if version is not None else 0
    runtime.report(task="shadow", rows_in=rows, rows_kept=rows, rows_quarantined=0, challenger=version)


def shadowed(tables: Tables, task: Common, version: int, load: Callable[[], Predict]) -> int:
    """Write the answers of `version`, loaded by `load`, to the new rows. Returns the number of rows."""
    frame = new_rows(tables, task, version, datetime.now(UTC) - _LOOK_BACK)
    if frame is None or frame.empty:
        return 0
    types = contract.pandas_types(task.model)
    features = completed(frame, tuple(types), task.model.defaults)
    answers = list(asked(load(), features, types, answer_names(task.model)))
    written = [
        {
            **{name: row[name] for name in (*ROW, "requested_at", "entity", "answer")},
            "model": task.model_name,
            "version": version,
            "shadow_answer": answer,
            "refused": refused,
            "run_id": task.run_id,
        }
        for row, (answer, refused) in zip(frame.to_dict("records"), answers, strict=True)
    ]
    name = f"{task.schema(Layer.OPS)}.{SHADOW_ANSWERS.name}"
    tables.append(SHADOW_ANSWERS, name, frame_of(tables.spark, SHADOW_ANSWERS, written))
    return len(written)


def _predict(task: Common, version: int) -> Predict:
    with TemporaryDirectory() as folder:
        return artifact.load(artifact.fetch(f"models:/{task.model_name}/{version}", Path(folder))).predict


def new_rows(tables: Tables, task: Common, version: int, since: datetime) -> pd.DataFrame | None:
    """The oldest rows that `version` has not answered, with their features. None if there can be no requests yet."""
    model, use_case = task.model, task.use_case
    assert model.serving is not None
    names = (
        inference_table(task.catalog, use_case.name, model.serving.endpoint),
        model.feature_table.table.full_name(task.catalog, use_case.name),
    )
    if not all(map(tables.exists, names)):
        return None
    recorded, features = map(tables.read, names)
    rows = asked_rows(recorded, model.feature_table, since)
    done = f"{task.schema(Layer.OPS)}.{SHADOW_ANSWERS.name}"
    if tables.exists(done):
        mine = (F.col("model") == task.model_name) & (F.col("version") == version)
        rows = rows.join(tables.read(done).where(mine).select(*ROW), list(ROW), "left_anti")
    oldest = rows.orderBy("requested_at", *ROW).limit(MOST_ROWS)
    frame = pandas_of(known_then(oldest, features, model.feature_table, model.features))
    # Sessions are in UTC, and pandas leaves that out.
    return frame.assign(requested_at=frame["requested_at"].dt.tz_localize("UTC"))


def completed(frame: pd.DataFrame, names: Sequence[str], defaults: Mapping[str, Any]) -> pd.DataFrame:
    """The features of each row: from the request, else the known value, else the default. Pure."""
    given = pd.DataFrame([json.loads(text) for text in frame["given"]], index=frame.index)
    columns = {}
    for name in names:
        known = frame[name].astype("object")
        known = known.where(known.notna(), defaults.get(name))
        brought = given[name] if name in given else pd.Series(None, index=frame.index, dtype="object")
        columns[name] = brought.astype("object").where(brought.notna(), known)
    return pd.DataFrame(columns, index=frame.index)


def asked(
    predict: Predict, features: pd.DataFrame, types: Mapping[str, str], output: Sequence[str]
) -> Iterator[tuple[str | None, str | None]]:
    """Each row's answer as JSON, or why the model refuses it: all rows in one call, or in halves after a refusal."""
    try:
        yield from _answers(predict(features.astype(dict(types)))[list(output)])
    except Exception as error:  # noqa: BLE001 - whatever a model says of its input is what is asked for
        if len(features) == 1:
            yield None, f"{type(error).__name__}: {error}"
            return
        half = len(features) // 2
        for part in (features.iloc[:half], features.iloc[half:]):
            yield from asked(predict, part, types, output)


def _answers(answers: pd.DataFrame) -> Iterator[tuple[str | None, str | None]]:
    for text in answers.to_json(orient="records", lines=True, double_precision=15).splitlines():
        yield text, None
