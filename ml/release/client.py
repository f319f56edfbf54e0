"""Queries to the endpoint, which may be asleep: with scale to zero it stops when idle, and wakes up in minutes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from databricks.sdk.errors import DeadlineExceeded, TemporarilyUnavailable
from databricks.sdk.errors.base import DatabricksError

from ml.release.endpoint import Endpoint, NotServingError

Record = Mapping[str, Any]
_POLL_S = 5.0
# What is heard of an endpoint that is waking up: the SDK gives up on its answer, or the endpoint is not ready yet.
_ASLEEP = (TimeoutError, TemporarilyUnavailable, DeadlineExceeded)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How to wait for a sleeping endpoint: seconds between two requests, and the clock that counts them."""

    poll_s: float = _POLL_S
    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)


def ask(endpoint: Endpoint, records: Sequence[Record]) -> list[object]:
    """One answer per record. Raises NotServingError for an error, or for no answer in time."""
    try:
        return _query(endpoint, records)
    except (DatabricksError, TimeoutError) as error:
        raise NotServingError(f"{endpoint.named} answers {_said(error)}") from error


def ask_awake(endpoint: Endpoint, records: Sequence[Record], patience: Patience | None = None) -> list[object]:
    """Like `ask`, but if the endpoint is asleep, wait until it is awake, at most its declared `wake_limit_s`."""
    patience, limit_s = patience or Patience(), endpoint.serving.wake_limit_s
    began = patience.clock()
    while True:
        try:
            return _query(endpoint, records)
        except _ASLEEP as error:
            waited_s = patience.clock() - began
            if waited_s >= limit_s:
                raise NotServingError(
                    f"{endpoint.named} did not wake up within {limit_s:g} s; its last answer was {_said(error)}"
                ) from error
            print(f"{endpoint.named} is waking up ({waited_s:.0f} of {limit_s:g} s): {_said(error)}", flush=True)
            patience.sleep(patience.poll_s)
        except DatabricksError as error:
            raise NotServingError(f"{endpoint.named} answers {_said(error)}") from error


def _query(endpoint: Endpoint, records: Sequence[Record]) -> list[object]:
    if endpoint.asked is not None:
        return _query_one(endpoint, records, endpoint.asked)
    answer = endpoint.workspace.serving_endpoints.query(
        endpoint.serving.endpoint, dataframe_records=[dict(record) for record in records]
    )
    return list(answer.predictions or [])


def _query_one(endpoint: Endpoint, records: Sequence[Record], version: int) -> list[object]:
    """The answer of one of several served versions; the SDK has no call for it."""
    path = f"/serving-endpoints/{endpoint.serving.endpoint}/served-models/{endpoint.entity(version)}/invocations"
    body = {"dataframe_records": [dict(record) for record in records]}
    answer = endpoint.workspace.api_client.do("POST", path, body=body)
    return list(answer.get("predictions") or []) if isinstance(answer, dict) else []


def _said(error: Exception) -> str:
    code = error.error_code if isinstance(error, DatabricksError) else "nothing in time"
    return f"{code}: {error}"
