"""The serving of one local cloud: starting endpoints, switching versions, answering requests."""

import logging
import random
import threading
from contextlib import suppress

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.store import Document, Store
from localcloud.services.jobs.workers import Workers
from localcloud.services.serving import artifacts, build_hosts, config, endpoints, environment, pace
from localcloud.services.serving.artifacts import Served
from localcloud.services.serving.channel import Answer
from localcloud.services.serving.fleet import Fleet, LoadError, ServedProcess
from localcloud.services.serving.inference.recorder import Recorder
from localcloud.services.serving.online.tables import OnlineTables
from localcloud.services.serving.rate_limits import RateLimiter
from localcloud.services.serving.sleep import Sleepers

_log = logging.getLogger(__name__)
KIND = "serving_endpoint"
# A request that read the old configuration just before a switch still finds its process.
_LINGER_S = 1.0


class Serving:
    """Endpoints and their processes. One per local cloud."""

    def __init__(self, cloud: Cloud, workers: Workers) -> None:
        self._cloud = cloud
        self.limiter = RateLimiter()
        self.recorder = Recorder(cloud)
        self._online_tables = OnlineTables(cloud)
        self._fleet = Fleet(cloud.home, workers, self._online_tables.file)
        self._artifacts: dict[tuple[str, str], Served] = {}
        self._sleepers = Sleepers()
        self._random = random.Random()  # noqa: S311 - splits traffic, keeps no secret
        self._ending = threading.Event()

    def find(self, workspace: str, name: str) -> Document:
        """The endpoint called `name`. Raises `ApiError` 404."""
        found = named(self._cloud.store, workspace, name)
        if found is None:
            raise not_found(f"Endpoint with name '{name}' does not exist.")
        return found

    def artifact(self, model: str, version: str, *, fresh: bool = False) -> Served:
        """A model version on disk, cached until it is `fresh`ly deployed. Raises `ApiError` 404."""
        key = (model, version)
        if fresh or key not in self._artifacts:
            self._artifacts[key] = artifacts.find(self._cloud, model, version)
        return self._artifacts[key]

    def begin(self, document: Document) -> None:
        """Start the pending configuration of a stored endpoint, in the background."""
        threading.Thread(target=self._update, args=(document["id"],), name="serve", daemon=True).start()

    def recover(self) -> None:
        """After a start: continue interrupted updates, and warm live versions."""
        for document in self._cloud.store.all(KIND):
            if document["state"]["config_update"] == endpoints.IN_PROGRESS:
                self.begin(document)
        threading.Thread(target=self._warm_all, name="serve-warm", daemon=True).start()

    def forget(self, document: Document) -> None:
        """End the processes of a deleted endpoint."""
        self._fleet.keep_only(document["id"], set())

    def doze(self, document: Document) -> None:
        """Let an endpoint sleep now, if its configuration and `pace` allow it."""
        self._sleepers.doze(document["id"])

    def stop(self) -> None:
        """End every model's process and write queued exchanges; updates continue after the next start."""
        self._ending.set()
        self._fleet.stop()
        self.recorder.stop()

    def answer(
        self, document: Document, content_type: str, body: bytes, served_name: str | None = None
    ) -> tuple[Answer, Document]:
        """The scoring server's answer, errors included, and the served entity that gave it.

        `served_name` overrides the traffic split. Raises `ApiError` 503 before the endpoint is ready.
        """
        entity = self._entity(document, served_name)
        self._sleepers.wake(document["id"], pace.read(self._cloud.store), may_sleep=entity["scale_to_zero_enabled"])
        try:
            return self._fleet.call(self._process(document, entity), content_type, body), entity
        except LoadError as error:
            raise ApiError(503, "TEMPORARILY_UNAVAILABLE", f"'{entity['name']}' cannot be loaded: {error}.") from error

    def log(self, document: Document, served_name: str) -> str:
        """The log of a served entity's process."""
        current = [document.get("pending_config"), document.get("config")]
        entities = [entity for held in current if held for entity in held["served_entities"]]
        found = next((entity for entity in entities if entity["name"] == served_name), None)
        if found is None:
            raise not_found(f"Endpoint '{document['name']}' does not serve '{served_name}'.")
        path = self._fleet.log(self._process(document, found))
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def _entity(self, document: Document, served_name: str | None) -> Document:
        live = document.get("config")
        if live is None:
            raise ApiError(503, "TEMPORARILY_UNAVAILABLE", f"Endpoint '{document['name']}' is not ready.")
        name = served_name or config.choose(live["traffic_config"]["routes"], self._random.random())
        found: Document | None = next((e for e in live["served_entities"] if e["name"] == name), None)
        if found is None:
            raise not_found(f"Endpoint '{document['name']}' does not serve '{name}'.")
        return found

    def _process(self, document: Document, entity: Document) -> ServedProcess:
        artifact = self.artifact(entity["entity_name"], entity["entity_version"])
        return ServedProcess(
            endpoint_id=document["id"],
            model=artifact.model,
            version=artifact.version,
            path=artifact.folder,
            environ=environment.resolved(self._cloud, document["workspace"], entity),
        )

    def _update(self, endpoint_id: str) -> None:
        document = self._cloud.store.get(KIND, endpoint_id)
        if document is None:
            return
        pending = document["pending_config"]
        if self._ending.wait(pace.read(self._cloud.store).update_s):
            return
        reasons = self._load_all(document)
        finished = self._finish(endpoint_id, pending["config_version"], reasons)
        if finished is not None and not reasons:
            self._sleepers.awake(endpoint_id)
            self._ending.wait(_LINGER_S)
        if not self._ending.is_set():
            self._tidy(endpoint_id)

    def _load_all(self, document: Document) -> dict[str, str]:
        """Load all pending entities. Returns the reason, by name, for those that failed."""
        reasons: dict[str, str] = {}
        for entity in document["pending_config"]["served_entities"]:
            try:
                self._require_published(entity)
                folder = self.artifact(entity["entity_name"], entity["entity_version"]).folder
                build_hosts.require_reachable(self._cloud, document["workspace"], folder)
                self._fleet.ensure(self._process(document, entity))
            except (LoadError, ApiError) as error:
                reasons[entity["name"]] = f"Failed to load the model: {error}"
            except Exception as error:  # noqa: BLE001 - an update must end in a state, whatever happened
                _log.exception("loading %s failed", entity["name"])
                reasons[entity["name"]] = f"Failed to load the model: {type(error).__name__}: {error}"
        return reasons

    def _require_published(self, entity: Document) -> None:
        """Raise LoadError if the version looks up features that are not published."""
        tables = self.artifact(entity["entity_name"], entity["entity_version"]).tables
        absent = [table for table in tables if self._online_tables.published(table) is None]
        if absent:
            raise LoadError(f"Features of {', '.join(absent)} are not published online: publish the table(s) first.")

    def _finish(self, endpoint_id: str, config_version: int, reasons: dict[str, str]) -> Document | None:
        """Record the update's result, unless the endpoint was deleted meanwhile."""
        store = self._cloud.store
        with store.transaction():
            document = store.get(KIND, endpoint_id)
            if document is None or document.get("pending_config", {}).get("config_version") != config_version:
                return None
            done = endpoints.failed(document, reasons) if reasons else endpoints.updated(document)
            store.put(KIND, endpoint_id, done)
        return done

    def _tidy(self, endpoint_id: str) -> None:
        """End processes that are no longer referenced."""
        document = self._cloud.store.get(KIND, endpoint_id)
        self._fleet.keep_only(endpoint_id, set() if document is None else self._wanted(document))

    def _wanted(self, document: Document) -> set[ServedProcess]:
        held = [document["config"]] if "config" in document else []
        if document["state"]["config_update"] == endpoints.IN_PROGRESS:
            held.append(document["pending_config"])
        wanted: set[ServedProcess] = set()
        for entity in [entity for part in held for entity in part["served_entities"]]:
            # A version or a secret that was deleted has no process to keep.
            with suppress(ApiError):
                wanted.add(self._process(document, entity))
        return wanted

    def _warm_all(self) -> None:
        for document in self._cloud.store.all(KIND):
            for entity in (document.get("config") or {}).get("served_entities", []):
                # One that cannot be loaded now says so when it is called.
                with suppress(LoadError, ApiError):
                    self._fleet.ensure(self._process(document, entity))


def named(store: Store, workspace: str, name: str) -> Document | None:
    """The endpoint called `name`, or None."""
    known = store.get("serving_endpoint_name", f"{workspace}/{name}")
    return store.get(KIND, known["id"]) if known else None


def of(cloud: Cloud) -> Serving:
    """The serving of `cloud`, created and recovered at first use. 503 while the parts it needs are not running."""
    with cloud.lock:
        found = cloud.parts.get("serving")
        if isinstance(found, Serving):
            return found
        workers = cloud.parts.get("workers")
        if not isinstance(workers, Workers) or not cloud.mlflow_url:
            message = "The MLflow server and the workers that models run in are not running yet."
            raise ApiError(503, "TEMPORARILY_UNAVAILABLE", message)
        made = Serving(cloud, workers)
        cloud.parts["serving"] = made
    made.recover()
    return made
