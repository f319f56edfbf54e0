"""The smoke test of an endpoint: it answers the model's input example as the model itself does, and in time."""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd
from databricks.sdk.errors.base import DatabricksError
from mlflow.pyfunc import PyFuncModel

from ml.gates.evidence import Judged, fetch, load
from ml.serving.endpoint import Endpoint, NotServingError
from ml.training.served import PROBABILITY

_TIMED_REQUESTS = 5
# JSON carries doubles exactly; another order of additions moves the last digits only.
_TOLERANCE = 1e-6

Record = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What the endpoint did: rows it answered, and the median time of one request."""

    rows: int
    latency_ms: float


def smoke_test(subject: Judged, endpoint: Endpoint, version: int) -> Answered:
    """Ask the endpoint for the input example of `version`, and by key for the features it looks up.

    Raises NotServingError for an error, an answer that is no probability or not the version's, or one that is late.
    """
    with tempfile.TemporaryDirectory() as temporary:
        model = load(fetch(subject, version, Path(temporary)))
        example, expected = _example(model)
    known = [{key: value} for key, value in _key(subject, model).items()]
    # The first request may wake the endpoint up, so it is not timed.
    _require_same(_ask(endpoint, example), expected)
    if known:
        require_probabilities(_ask(endpoint, known), rows=1)
    latency_ms = _latency_ms(endpoint, example[:1])
    if latency_ms > endpoint.serving.max_latency_ms:
        raise NotServingError(
            f"version {version} answers in {latency_ms:.0f} ms (median of {_TIMED_REQUESTS}); "
            f"{endpoint.serving.max_latency_ms:g} ms is the declared limit"
        )
    return Answered(rows=len(example) + len(known), latency_ms=latency_ms)


def require_probabilities(answers: Sequence[object], *, rows: int) -> list[float]:
    """The answers as numbers. Raises NotServingError unless there is one probability per row. Pure."""
    values = [answer.get(PROBABILITY) if isinstance(answer, Mapping) else None for answer in answers]
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(answers) != rows or len(numbers) != rows or not all(0 <= value <= 1 for value in numbers):
        shown = json.dumps(list(answers)[:3], default=str)
        raise NotServingError(f"{rows} rows were sent and {len(answers)} answers came, not all probabilities: {shown}")
    return numbers


def _require_same(answers: Sequence[object], expected: Sequence[float]) -> None:
    found = require_probabilities(answers, rows=len(expected))
    apart = [
        pair for pair in zip(found, expected, strict=True) if not math.isclose(*pair, rel_tol=0, abs_tol=_TOLERANCE)
    ]
    if apart:
        raise NotServingError(f"the endpoint answers {apart[0][0]:.6f} where the version itself says {apart[0][1]:.6f}")


def _example(model: PyFuncModel) -> tuple[list[Record], list[float]]:
    """The input example as records, and what the model says about it."""
    example = model.input_example
    if example is None:
        raise NotServingError("the version has no input example to ask about: train it again")
    records: list[Record] = json.loads(example.to_json(orient="records", double_precision=15))
    answers = pd.DataFrame(model.predict(example))
    return records, [float(value) for value in answers[PROBABILITY]]


def _key(subject: Judged, model: PyFuncModel) -> Record:
    """One key whose features can be looked up: that of the oldest row. Empty where the version looks nothing up."""
    told = model.metadata.metadata
    declared = cast("list[Record]", told.get("feature_lookups", []) if isinstance(told, dict) else [])
    if not declared:
        return {}
    features = subject.model.feature_table
    table = str(declared[0]["table"])
    rows = subject.tables.read(table).orderBy(features.event_time, features.key)
    first = rows.select(features.key).limit(1).collect()
    return {features.key: first[0][0]} if first else {}


def _ask(endpoint: Endpoint, records: Sequence[Record]) -> list[object]:
    try:
        answer = endpoint.workspace.serving_endpoints.query(
            endpoint.serving.endpoint, dataframe_records=[dict(record) for record in records]
        )
    except DatabricksError as error:
        raise NotServingError(f"endpoint {endpoint.serving.endpoint} answers {error.error_code}: {error}") from error
    return list(answer.predictions or [])


def _latency_ms(endpoint: Endpoint, records: Sequence[Record]) -> float:
    times_ms = []
    for _ in range(_TIMED_REQUESTS):
        started = time.perf_counter()
        _ask(endpoint, records)
        times_ms.append((time.perf_counter() - started) * 1000)
    return statistics.median(times_ms)
