"""Lineage as far as the local cloud knows it: copies, look-ups, monitors, and the inputs of MLflow runs."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document, Store
from localcloud.services.console.pages import part
from localcloud.services.mlflow import backend
from localcloud.services.serving import artifacts
from localcloud.services.serving.online.tables import KIND as ONLINE_TABLE
from localcloud.services.serving.service import KIND as ENDPOINT
from localcloud.services.unity import models

# The newest runs of all experiments: what came before is in MLflow's own page.
_RUNS = 200


@dataclass(frozen=True, kw_only=True)
class Link:
    """One relation: `how` describes it, `name` is the other object, `path` its page if it has one."""

    how: str
    name: str
    detail: str = ""
    path: str = ""


def of_table(cloud: Cloud, full_name: str) -> list[Link]:
    """What uses a table."""
    return [*_copies(cloud.store, full_name), *_lookups(cloud, full_name), *_monitor(cloud.store, full_name)]


def runs_of_table(cloud: Cloud, full_name: str) -> list[Link]:
    """The newest MLflow runs that read a table. Raises `ApiError` 503 while MLflow does not answer."""
    return [
        Link(how="read by run", name=run["info"].get("run_name") or run["info"]["run_id"], detail=_version(source),
             path=run_url(cloud, run["info"]["experiment_id"], run["info"]["run_id"]))
        for run in _newest_runs(cloud)
        for source in _sources(run)
        if str(source.get("delta_table_name", "")).lower() == full_name
    ]  # fmt: skip


def of_run(cloud: Cloud, run_id: str) -> tuple[str, list[Link]]:
    """The page of an MLflow run, and the tables that it read. Raises `ApiError` 503 or 404."""
    run = mlflow(cloud, "GET", "runs/get", {"run_id": run_id})["run"]
    read = [
        Link(how="trained on", name=str(source["delta_table_name"]), detail=_version(source),
             path=f"/console/data/table/{part(str(source['delta_table_name']).lower())}")
        for source in _sources(run)
        if source.get("delta_table_name")
    ]  # fmt: skip
    return run_url(cloud, run["info"]["experiment_id"], run_id), read


def of_version(cloud: Cloud, version: Document) -> list[Link]:
    """The endpoints that serve a version, and the tables in which it looks up features."""
    model, number = version["model"], str(version["version"])
    return [
        Link(how="served by", name=f"{one['workspace']} / {one['name']}", path=_endpoint_path(one))
        for one in cloud.store.all(ENDPOINT)
        if (model, number) in _served(one)
    ] + [
        Link(how="looks up features in", name=table, path=f"/console/data/table/{part(table)}")
        for table in _tables(cloud, model, number)
    ]  # fmt: skip


def mlflow(cloud: Cloud, method: str, path: str, body: Document) -> Document:
    """One call to MLflow. Raises `ApiError`, also if it does not answer."""
    try:
        return backend.call(cloud, method, path, body)
    except (httpx.HTTPError, ValueError) as error:
        raise ApiError(503, "TEMPORARILY_UNAVAILABLE", f"MLflow does not answer: {type(error).__name__}.") from error


def run_url(cloud: Cloud, experiment_id: str, run_id: str) -> str:
    """A run's page in MLflow."""
    return f"{cloud.mlflow_url}/#/experiments/{part(experiment_id)}/runs/{part(run_id)}"


def _copies(store: Store, table: str) -> list[Link]:
    return [
        Link(how="synced to" if "spec" in copy else "published online to", name=copy["name"], detail=_copied(copy))
        for copy in store.all(ONLINE_TABLE)
        if copy["source_table_name"] == table
    ]


def _copied(copy: Document) -> str:
    if copy["rows"] is None:
        return "no rows yet"
    return f"{copy['rows']:,} rows of version {copy['source_version']}"


def _lookups(cloud: Cloud, table: str) -> list[Link]:
    """Of versions in use: those with an alias, and those that an endpoint serves."""
    store = cloud.store
    named = {
        (model["full_name"], str(number))
        for model in store.all("registered_model")
        for number in models.aliases(store, model["full_name"]).values()
    }
    served = {pair for endpoint in store.all(ENDPOINT) for pair in _served(endpoint)}
    return [
        Link(how="looked up by", name=f"{model} version {number}", path=f"/console/models/{part(model)}/{number}")
        for model, number in sorted(named | served)
        if table in _tables(cloud, model, number)
    ]


def _monitor(store: Store, table: str) -> list[Link]:
    found = store.get("monitor", table)
    if found is None:
        return []
    output = str(found.get("output_schema_name", ""))
    return [Link(how="monitored into", name=output, path=f"/console/data/schema/{part(output)}")]


def _served(endpoint: Document) -> set[tuple[str, str]]:
    entities = (endpoint.get("config") or {}).get("served_entities", [])
    return {(str(entity["entity_name"]), str(entity["entity_version"])) for entity in entities}


def _endpoint_path(endpoint: Document) -> str:
    return f"/console/endpoints/{part(endpoint['workspace'])}/{part(endpoint['name'])}"


def _tables(cloud: Cloud, model: str, number: str) -> tuple[str, ...]:
    """The tables in which a version looks up features; empty for an incomplete version."""
    try:
        return artifacts.find(cloud, model, number).tables
    except ApiError:
        return ()


def _newest_runs(cloud: Cloud) -> list[Document]:
    found = mlflow(cloud, "GET", "experiments/search", {"max_results": 1000}).get("experiments", [])
    wanted: Document = {
        "experiment_ids": [one["experiment_id"] for one in found],
        "max_results": _RUNS,
        "order_by": ["attributes.start_time DESC"],
    }
    runs: list[Document] = mlflow(cloud, "POST", "runs/search", wanted).get("runs", []) if found else []
    return runs


def _sources(run: Document) -> list[dict[str, Any]]:
    """The locations of a run's data sets, as logged."""
    found = []
    for given in (run.get("inputs") or {}).get("dataset_inputs", []):
        try:
            source = json.loads(given["dataset"]["source"])
        except (KeyError, ValueError):
            continue
        if isinstance(source, dict):
            found.append(source)
    return found


def _version(source: dict[str, Any]) -> str:
    number = source.get("delta_table_version")
    return "" if number is None else f"version {number}"
