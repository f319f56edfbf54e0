"""Activities on Databricks: REST calls as the factory's identity, with its rights.

Follows https://learn.microsoft.com/azure/data-factory/transform-data-databricks-job and its neighbours.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import httpx

from localcloud.kernel import identity, loopback
from localcloud.kernel.cloud import Cloud
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory.functions import text_of
from localcloud.services.data_factory.identities import ActivityError, Link, link

_DAY_S = 24 * 3600
_POLL_S = (0.05, 1.0)
_FAILED, _REFUSED, _TIMED_OUT = "3204", "3202", "2120"
_LIBRARIES = ("whl", "jar", "pypi", "maven", "egg", "cran")


@dataclass(frozen=True, kw_only=True)
class Databricks:
    """A workspace's API as one principal."""

    url: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        """The answer of a route below `/api`. Raises ActivityError for an error."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = loopback.request(
            method, f"{self.url}/api/{path}", json=body, params=query, headers=headers, timeout=60
        )
        if answer.is_error:
            raise ActivityError(_REFUSED, _message(answer))
        found: dict[str, Any] = answer.json()
        return found


def run(
    cloud: Cloud, factory: ResourceId, activity: Mapping[str, Any], stop: Event, timeout_s: float
) -> dict[str, Any]:
    """Run an activity with evaluated expressions and wait for it; returns its output. Raises ActivityError."""
    linked = link(cloud, factory, str((activity.get("linkedServiceName") or {}).get("referenceName")))
    with _signed_in(cloud, linked, timeout_s) as api:
        run_id = _started(api, activity, linked)
        return _waited(api, run_id, stop, time.monotonic() + timeout_s)


@contextmanager
def _signed_in(cloud: Cloud, linked: Link, timeout_s: float) -> Iterator[Databricks]:
    token = identity.mint(cloud, linked.principal, linked.workspace.name, int(timeout_s) + 600, "data factory")
    try:
        yield Databricks(url=linked.workspace.url, token=token)
    finally:
        identity.revoke(cloud, token)


def _started(api: Databricks, activity: Mapping[str, Any], linked: Link) -> int:
    own = activity.get("typeProperties") or {}
    if activity["type"] == "DatabricksJob":
        job_id = own.get("jobId", own.get("jobID"))
        if not str(job_id).isdecimal():
            raise ActivityError(_REFUSED, f"jobId is {job_id!r}: give the number of a job.")
        given = {name: text_of(value) for name, value in (own.get("jobParameters") or {}).items()}
        body: dict[str, Any] = {"job_id": int(str(job_id)), "job_parameters": given}
        return int(api.call("POST", "2.2/jobs/run-now", body)["run_id"])
    if not linked.cluster:
        raise ActivityError(_REFUSED, "The linked service names no cluster, which a notebook or Python activity needs.")
    task = {"task_key": "activity", "libraries": _libraries(own), **linked.cluster, **_work(activity["type"], own)}
    return int(api.call("POST", "2.2/jobs/runs/submit", {"run_name": activity["name"], "tasks": [task]})["run_id"])


def _work(kind: str, own: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "DatabricksNotebook":
        given = {name: text_of(value) for name, value in (own.get("baseParameters") or {}).items()}
        return {"notebook_task": {"notebook_path": own.get("notebookPath"), "base_parameters": given}}
    words = [text_of(value) for value in own.get("parameters") or []]
    return {"spark_python_task": {"python_file": own.get("pythonFile"), "parameters": words}}


def _libraries(own: Mapping[str, Any]) -> list[Any]:
    named = own.get("libraries") or []
    unknown = [each for each in named if not any(kind in each for kind in _LIBRARIES)]
    if unknown:
        raise ActivityError(_REFUSED, f"libraries has {unknown[0]!r}: name one of {', '.join(_LIBRARIES)}.")
    return list(named)


def _waited(api: Databricks, run_id: int, stop: Event, deadline_s: float) -> dict[str, Any]:
    pause_s, ceiling_s = _POLL_S
    while True:
        found = api.call("GET", "2.2/jobs/runs/get", run_id=run_id)
        if found["state"].get("result_state"):
            return _ended(api, found)
        late = time.monotonic() > deadline_s
        if late or stop.wait(pause_s):
            api.call("POST", "2.2/jobs/runs/cancel", {"run_id": run_id})
            raise ActivityError(
                _TIMED_OUT, "The activity ran longer than its timeout." if late else "It was cancelled."
            )
        pause_s = min(pause_s * 2, ceiling_s)


def _ended(api: Databricks, run: Mapping[str, Any]) -> dict[str, Any]:
    output: dict[str, Any] = {
        "runId": run["run_id"],
        "runPageUrl": run.get("run_page_url"),
        "executionDuration": run.get("execution_duration", 0) // 1000,
    }
    tasks = run.get("tasks") or []
    said = api.call("GET", "2.2/jobs/runs/get-output", run_id=tasks[0]["run_id"]) if len(tasks) == 1 else {}
    if "notebook_output" in said:
        output["runOutput"] = _json(said["notebook_output"]["result"])
    if run["state"]["result_state"] not in ("SUCCESS", "SUCCESS_WITH_FAILURES"):
        why = said.get("error") or run["state"].get("state_message")
        message = f"Databricks execution failed with error state {run['state']['result_state']}: {why}"
        raise ActivityError(_FAILED, message, output)
    return output


def _json(text: str) -> Any:
    """A notebook's exit value, parsed if it is JSON, so that expressions can select from it."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _message(answer: httpx.Response) -> str:
    try:
        return f"Error {answer.status_code}: {answer.json()['message']}"
    except (ValueError, KeyError):
        return f"Error {answer.status_code}: {answer.text[:500]}"
