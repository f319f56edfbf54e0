"""The smoke test of an endpoint: it must answer the model's input example like the model itself, and in time."""

import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from mlflow.pyfunc import PyFuncModel

from ml.declarations import Column
from ml.release.client import Record, ask, ask_awake
from ml.release.endpoint import Endpoint, NotServingError
from ml.versions import artifact
from ml.versions.answers import Answer, UnusableAnswersError, require_records, same, shown
from ml.versions.version_task import Subject, fetch

_TIMED_REQUESTS = 5


class LookUpError(NotServingError):
    """The version answers requests with features, but not by key alone: the feature look-up fails."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The test's result: the answered rows, and the median time of one request."""

    rows: int
    latency_ms: float


def smoke_test(subject: Subject, endpoint: Endpoint, version: int) -> Answered:
    """Query the endpoint with the input example of `version`, and by key alone if it looks features up.

    Raises NotServingError for an error, an unusable or different answer, or a late one; LookUpError, which names the
    places to check, if only the query by key fails.
    """
    with tempfile.TemporaryDirectory() as temporary:
        fetched = fetch(subject, version, Path(temporary))
        folder = artifact.look_up_folder(fetched)
        table = artifact.looked_up_table(folder) if folder else None
        output = subject.model.problem.output
        example, expected = _example(artifact.load(fetched), output)
    key = _key(subject, table) if table else {}
    # A model that looks features up wants a key even if the request brings them all.
    asked = [{**key, **record} for record in example]
    # The first request may wake the endpoint up, so it is not timed.
    _require_same(ask_awake(endpoint, asked), expected, output)
    if key:
        _require_look_up(endpoint, key, output)
    latency_ms = _latency_ms(endpoint, asked[:1])
    if latency_ms > endpoint.serving.max_latency_ms:
        raise NotServingError(
            f"version {version} answers in {latency_ms:.0f} ms (median of {_TIMED_REQUESTS}); "
            f"{endpoint.serving.max_latency_ms:g} ms is the declared limit"
        )
    return Answered(rows=len(example) + bool(key), latency_ms=latency_ms)


def _require_look_up(endpoint: Endpoint, key: Record, output: Sequence[Column]) -> None:
    """Raise LookUpError unless a key with known features, sent alone, gets a usable answer."""
    said = ", ".join(f"{name} {value}" for name, value in key.items())
    try:
        _answered(ask(endpoint, [key]), output, rows=1)
    except NotServingError as error:
        raise LookUpError(
            f"the version answers correctly if the request contains its features, but not by key ({said}): check the "
            f"online table and the task publish of the ingest job, not the model: {error}"
        ) from error


def _answered(answers: Sequence[object], output: Sequence[Column], *, rows: int) -> list[Answer]:
    """The answers. Raises NotServingError unless each of the `rows` has a usable one. Pure."""
    try:
        return require_records(answers, output, rows=rows)
    except UnusableAnswersError as error:
        raise NotServingError(f"the endpoint's answers cannot be used: {error}") from error


def _require_same(answers: Sequence[object], expected: Sequence[Answer], output: Sequence[Column]) -> None:
    found = _answered(answers, output, rows=len(expected))
    apart = [pair for pair in zip(found, expected, strict=True) if not same(*pair, output)]
    if apart:
        ours, theirs = (shown([answer], output, digits=6) for answer in apart[0])
        raise NotServingError(f"the endpoint answers {ours}, but the version itself answers {theirs}")


def _example(model: PyFuncModel, output: Sequence[Column]) -> tuple[list[Record], list[Answer]]:
    """The input example as records, and the model's own answers to it."""
    example = model.input_example
    if example is None:
        raise NotServingError("the version has no input example to query with: train it again")
    records: list[Record] = json.loads(example.to_json(orient="records", double_precision=15, date_format="iso"))
    answers = pd.DataFrame(model.predict(example)).to_dict("records")
    try:
        return records, require_records(answers, output, rows=len(records))
    except UnusableAnswersError as error:
        raise NotServingError(f"the version's own answer to its input example is not usable: {error}") from error


def _key(subject: Subject, table: str) -> Record:
    """One key with known features: that of the oldest row of `table`. Raises NotServingError if the table is empty."""
    features = subject.model.feature_table
    rows = subject.tables.read(table).orderBy(features.event_time, features.key)
    first = rows.select(features.key).limit(1).collect()
    if not first:
        raise NotServingError(f"{table} has no row, so there is no key to query: run the ingest job")
    return {features.key: first[0][0]}


def _latency_ms(endpoint: Endpoint, records: Sequence[Record]) -> float:
    times_ms = []
    for _ in range(_TIMED_REQUESTS):
        started = time.perf_counter()
        ask(endpoint, records)
        times_ms.append((time.perf_counter() - started) * 1000)
    return statistics.median(times_ms)
