"""The pipelines that copy published tables: publishing starts an update, and its rows are complete when COMPLETED.

One pipeline per online table. A document holds its updates, the newest first, as Databricks' pipelines API shows them.
Updates of one pipeline run one after the other; one that a stop of the local cloud cut short runs again.
"""

import logging
import threading
import time
import uuid
from datetime import UTC, datetime

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.store import Document
from localcloud.services.serving import pace
from localcloud.services.serving.online import tables
from localcloud.services.serving.online.tables import OnlineTables
from localcloud.services.unity import records
from localcloud.services.unity.privileges import Kind

_log = logging.getLogger(__name__)
KIND = "sync_pipeline"
QUEUED, RUNNING, COMPLETED, FAILED, CANCELED = "QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELED"
_ENDED = (COMPLETED, FAILED, CANCELED)
_KEPT_UPDATES = 10


def find(cloud: Cloud, pipeline_id: str) -> Document:
    """A pipeline. Raises `ApiError` 404."""
    found = cloud.store.get(KIND, pipeline_id)
    if found is None:
        raise missing(pipeline_id)
    return found


def missing(pipeline_id: str) -> ApiError:
    """The error for a pipeline that does not exist."""
    return not_found(f"The specified pipeline {pipeline_id} was not found.")


def forget(cloud: Cloud, pipeline_id: str) -> None:
    """Delete the pipeline of a deleted online table. A running update then finds nothing to write to."""
    cloud.store.delete(KIND, pipeline_id)


class Pipelines:
    """Starts updates and runs them in the background. One per local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._online_tables = OnlineTables(cloud)
        self._turns: dict[str, threading.Lock] = {}

    def start(self, online_table: Document) -> str:
        """Start an update of the online table's pipeline; returns the update's id. The rows come later."""
        update = {"update_id": str(uuid.uuid4()), "state": QUEUED, "creation_time": datetime.now(UTC).isoformat()}
        pipeline_id = online_table["pipeline_id"]
        store = self._cloud.store
        with store.transaction():
            current = store.get(KIND, pipeline_id) or _new(online_table)
            updates = [update, *current["latest_updates"]][:_KEPT_UPDATES]
            store.put(KIND, pipeline_id, {**current, "latest_updates": updates})
        self._run_in_background(pipeline_id, update["update_id"])
        return update["update_id"]

    def resume(self) -> None:
        """Rerun updates that a stop interrupted."""
        for document in self._cloud.store.all(KIND):
            for update in reversed(document["latest_updates"]):
                if update["state"] not in _ENDED:
                    self._run_in_background(document["pipeline_id"], update["update_id"])

    def _run_in_background(self, pipeline_id: str, update_id: str) -> None:
        threading.Thread(target=self._run, args=(pipeline_id, update_id), name="publish", daemon=True).start()

    def _run(self, pipeline_id: str, update_id: str) -> None:
        with self._cloud.lock:
            turn = self._turns.setdefault(pipeline_id, threading.Lock())
        with turn:
            self._set(pipeline_id, update_id, RUNNING)
            time.sleep(pace.read(self._cloud.store).publish_s)
            try:
                state, message = self._copy(pipeline_id)
            except ApiError as error:
                state, message = FAILED, error.message
            except Exception as error:  # noqa: BLE001 - an update must end in a state, whatever happened
                _log.exception("pipeline %s failed", pipeline_id)
                state, message = FAILED, f"{type(error).__name__}: {error}"
            self._set(pipeline_id, update_id, state, message)

    def _copy(self, pipeline_id: str) -> tuple[str, str]:
        """Copy the rows. CANCELED if the online table or its source was deleted."""
        pipeline = self._cloud.store.get(KIND, pipeline_id)
        target = self._cloud.store.get(tables.KIND, pipeline["online_table"]) if pipeline else None
        if target is None:
            return CANCELED, "The online table was deleted."
        table = records.require(self._cloud.store, Kind.TABLE, target["source_table_name"])
        self._online_tables.copy(table, target["name"], now=time.time())
        return COMPLETED, ""

    def _set(self, pipeline_id: str, update_id: str, state: str, message: str = "") -> None:
        store = self._cloud.store
        with store.transaction():
            document = store.get(KIND, pipeline_id)
            if document is None:
                return
            updates = [
                update | {"state": state} if update["update_id"] == update_id else update
                for update in document["latest_updates"]
            ]
            store.put(KIND, pipeline_id, {**document, "latest_updates": updates, "cause": message})


def shown(document: Document) -> Document:
    """The pipeline as returned by the pipelines API."""
    active = any(update["state"] not in _ENDED for update in document["latest_updates"])
    return {
        "pipeline_id": document["pipeline_id"],
        "name": document["name"],
        "creator_user_name": document["creator"],
        "cause": document.get("cause", ""),
        "state": "RUNNING" if active else "IDLE",
        "latest_updates": document["latest_updates"],
    }


def _new(online_table: Document) -> Document:
    return {
        "pipeline_id": online_table["pipeline_id"],
        "name": f"Online table {online_table['name']}",
        "online_table": online_table["name"],
        "creator": online_table["owner"],
        "workspace": online_table["workspace"],
        "latest_updates": [],
    }


def of(cloud: Cloud) -> Pipelines:
    """The pipelines of `cloud`, created and resumed at first use."""
    with cloud.lock:
        found = cloud.parts.get("sync_pipelines")
        if isinstance(found, Pipelines):
            return found
        made = Pipelines(cloud)
        cloud.parts["sync_pipelines"] = made
    made.resume()
    return made
