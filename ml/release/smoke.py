"""The smoke test of an endpoint: it answers the model's input example as the model itself does, and in time."""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from mlflow.pyfunc import PyFuncModel

from ml.release.client import Record, ask, ask_awake
from ml.release.endpoint import Endpoint, NotServingError
from ml.versions import artifact
from ml.versions.pyfunc_model import PROBABILITY
from ml.versions.version_task import Subject, fetch

_TIMED_REQUESTS = 5
# JSON carries doubles exactly; another order of additions moves the last digits only.
_TOLERANCE = 1e-6


class LookUpError(NotServingError):
    """The version answers what it is given; asked by key alone it does not: looking its features up fails."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What the endpoint did: rows it answered, and the median time of one request."""

    rows: int
    latency_ms: float


def smoke_test(subject: Subject, endpoint: Endpoint, version: int) -> Answered:
    """Ask the endpoint for the input example of `version`, and by key alone if it looks features up.

    Raises NotServingError for an error, an answer that is no probability or not the version's, or one that is late;
    LookUpError, which says what to look at, if only the question by key fails.
    """
    with tempfile.TemporaryDirectory() as temporary:
        fetched = fetch(subject, version, Path(temporary))
        folder = artifact.look_up_folder(fetched)
        table = artifact.looked_up_table(folder) if folder else None
        example, expected = _example(artifact.load(fetched))
    key = _key(subject, table) if table else {}
    # A model that looks features up wants a key even if the request brings them all.
    asked = [{**key, **record} for record in example]
    # The first request may wake the endpoint up, so it is not timed.
    _require_same(ask_awake(endpoint, asked), expected)
    if key:
        _require_look_up(endpoint, key)
    latency_ms = _latency_ms(endpoint, asked[:1])
    if latency_ms > endpoint.serving.max_latency_ms:
        raise NotServingError(
            f"version {version} answers in {latency_ms:.0f} ms (median of {_TIMED_REQUESTS}); "
            f"{endpoint.serving.max_latency_ms:g} ms is the declared limit"
        )
    return Answered(rows=len(example) + bool(key), latency_ms=latency_ms)


def _require_look_up(endpoint: Endpoint, key: Record) -> None:
    """Raise LookUpError unless the key alone, of which features are known, is answered with a probability."""
    shown = ", ".join(f"{name} {value}" for name, value in key.items())
    try:
        require_probabilities(ask(endpoint, [key]), rows=1)
    except NotServingError as error:
        raise LookUpError(
            f"given its features the version answers right, asked by key ({shown}) it does not, so look at the online "
            f"table and at the task publish of the ingest job, not at the model: {error}"
        ) from error


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


def _key(subject: Subject, table: str) -> Record:
    """One key of which features are known: that of the oldest row of `table`. Raises NotServingError if it has none."""
    features = subject.model.feature_table
    rows = subject.tables.read(table).orderBy(features.event_time, features.key)
    first = rows.select(features.key).limit(1).collect()
    if not first:
        raise NotServingError(f"{table} has no row, so no key can be asked for: run the ingest job")
    return {features.key: first[0][0]}


def _latency_ms(endpoint: Endpoint, records: Sequence[Record]) -> float:
    times_ms = []
    for _ in range(_TIMED_REQUESTS):
        started = time.perf_counter()
        ask(endpoint, records)
        times_ms.append((time.perf_counter() - started) * 1000)
    return statistics.median(times_ms)
