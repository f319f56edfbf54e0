"""Documents of pipelines: `pipeline` (key: its id), and `pipeline_update` (key: the update's id) with its events."""

import uuid
from datetime import UTC, datetime
from typing import Any

from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.store import Document

KIND, UPDATE = "pipeline", "pipeline_update"
QUEUED, RUNNING, COMPLETED, FAILED, CANCELED = "QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELED"
ENDED = (COMPLETED, FAILED, CANCELED)
INTERRUPTED = "The update was interrupted: the local cloud stopped while it was under way. Start another one."
_SHOWN_UPDATES = 5


def find(cloud: Cloud, workspace: str, pipeline_id: str) -> Document | None:
    """The pipeline, if it is of the workspace."""
    found = cloud.store.get(KIND, pipeline_id)
    return found if found is not None and found["workspace"] == workspace else None


def missing(pipeline_id: str) -> ApiError:
    """The error for a pipeline that does not exist."""
    return not_found(f"The specified pipeline {pipeline_id} was not found.")


def new_update(cloud: Cloud, pipeline: Document, *, cause: str, full_refresh: bool) -> Document:
    """A queued update, stored."""
    update: Document = {
        "update_id": str(uuid.uuid4()),
        "pipeline_id": pipeline["pipeline_id"],
        "state": QUEUED,
        "cause": cause,
        "full_refresh": full_refresh,
        "creation_time": now_ms(),
        "run_id": cloud.store.next_id("run"),
        "config": pipeline["spec"],
        "events": [],
    }
    cloud.store.put(UPDATE, update["update_id"], update)
    return update


def find_update(cloud: Cloud, update_id: str) -> Document:
    """An update. Raises `ApiError` 404."""
    return cloud.store.require(UPDATE, update_id)


def updates(cloud: Cloud, pipeline_id: str) -> list[Document]:
    """The pipeline's updates, newest first."""
    return list(reversed(cloud.store.having(UPDATE, pipeline_id=pipeline_id)))


def settle(cloud: Cloud, update: Document, state: str, events: list[dict[str, Any]], message: str) -> Document:
    """`update` in `state`, with the events of its flows and an event of its own."""
    level = "ERROR" if state == FAILED else "INFO"
    own = {
        "event_type": "update_progress",
        "level": level,
        "message": f"Update {update['update_id'][:6]} is {state}." + (f" {message}" if message else ""),
        "origin": {},
        "details": {"update_progress": {"state": state}},
    }
    told = [*update["events"], *(_event(update, event) for event in (*events, own))]
    changed = {**update, "state": state, "events": told}
    cloud.store.put(UPDATE, update["update_id"], changed)
    return changed


def _event(update: Document, event: dict[str, Any]) -> Document:
    origin = {"pipeline_id": update["pipeline_id"], "update_id": update["update_id"], **event["origin"]}
    return {**event, "id": str(uuid.uuid4()), "timestamp": datetime.now(UTC).isoformat(), "origin": origin}


def shown(cloud: Cloud, pipeline: Document) -> Document:
    """A pipeline as returned by the API."""
    found = updates(cloud, pipeline["pipeline_id"])
    return {
        "pipeline_id": pipeline["pipeline_id"],
        "name": pipeline["spec"]["name"],
        "spec": {**pipeline["spec"], "id": pipeline["pipeline_id"]},
        "creator_user_name": pipeline["creator"],
        "run_as_user_name": pipeline["run_as"],
        "state": "RUNNING" if any(update["state"] not in ENDED for update in found) else "IDLE",
        "latest_updates": [
            {
                "update_id": update["update_id"],
                "state": update["state"],
                "creation_time": datetime.fromtimestamp(update["creation_time"] / 1000, UTC).isoformat(),
            }
            for update in found[:_SHOWN_UPDATES]
        ],
    }


def shown_update(update: Document) -> Document:
    """An update as returned by the API."""
    return {name: value for name, value in update.items() if name not in ("events", "run_id")}
