"""Deployment jobs: the job that a registered model names is started for each of its new versions, once.

Kind in the store: `deployment_job` (key: the model), with the job's id and the number of the newest event before the
link or that had its run.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document, Store
from localcloud.services.jobs.model_updates import MODEL
from localcloud.services.jobs.triggers import Due
from localcloud.services.unity import model_events

KIND = "deployment_job"
PARAMETERS = frozenset({"model_name", "model_version"})


def link(cloud: Cloud, model: str, job_id: str) -> None:
    """Let `model` name a job; an empty id takes the link away.

    Raises `ApiError` 400 for a job that does not exist, or does not take the parameters that it is started with.
    """
    if not job_id:
        cloud.store.delete(KIND, model)
        return
    job = cloud.store.get("job", job_id)
    if job is None:
        raise bad_request(f"deployment_job_id {job_id!r} is not a job.")
    taken = {parameter["name"] for parameter in job["settings"].get("parameters") or []}
    if missing := sorted(PARAMETERS - taken):
        raise bad_request(f"Job {job_id} does not declare {', '.join(missing)}, which a deployment job is given.")
    if linked(cloud.store, model) != job_id:
        newest = model_events.newest(cloud.store)
        cloud.store.put(KIND, model, {"model": model, "job_id": job_id, "after": newest})


def linked(store: Store, model: str) -> str:
    """The id of the job that the model names; empty for none."""
    return str((store.get(KIND, model) or {}).get("job_id", ""))


def due(cloud: Cloud, now: datetime) -> Iterator[Due]:
    """A run for each new version of each model that names a job, as soon as the version is ready."""
    for link_ in cloud.store.all(KIND):
        if cloud.store.get("job", link_["job_id"]) is None:
            continue
        for event in model_events.after(cloud.store, _had_run(cloud.store, link_)):
            if event["condition"] == model_events.VERSION_READY and event["full_name"] == link_["model"]:
                yield _run(link_, event, now)


def started(store: Store, run: Mapping[str, Any]) -> None:
    """Remember that the run of a version was started."""
    model = run["parameters"]["model_name"]
    kept: Document = store.require(KIND, model)
    store.put(KIND, model, {**kept, "after": run["deployment_of"]})


def _run(link_: Mapping[str, Any], event: Mapping[str, Any], now: datetime) -> Due:
    parameters = {"model_name": event["full_name"], "model_version": str(event["said"]["version"])}
    return Due(
        job_id=int(link_["job_id"]),
        trigger=MODEL,
        at=now,
        parameters=parameters,
        deployment_of=event["number"],
    )


def _had_run(store: Store, link_: Mapping[str, Any]) -> int:
    """The newest event that had its run: as was remembered, or as a run says that was started before a kill."""
    of_job = (run for run in store.all("job_run") if str(run["job_id"]) == link_["job_id"])
    return max([int(link_["after"]), *(int(run.get("deployment_of") or 0) for run in of_job)])
