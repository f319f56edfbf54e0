"""The permission that each MLflow route needs. Pure. Routes that are not listed are for admins only.

Runs, experiments, logged models and artifacts belong to the workspace where their experiment was created,
and the experiment's permissions decide.
Registered models are Unity Catalog's, which has routes of its own; a workspace's own registry is closed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from localcloud.kernel.errors import bad_request

_API = re.compile(r"/(?:api|ajax-api)/[23]\.0/mlflow/(?P<route>.+)")
_ARTIFACTS = re.compile(
    r"/(?:api|ajax-api)/2\.0/mlflow-artifacts/(?:artifacts|mpu/create|mpu/complete|mpu/abort|presigned)(?:/(?P<path>.+))?"
)
_IN_EXPERIMENT = re.compile(r"(?P<experiment>\d+)(?:/.*)?")
_LOGGED_MODEL = re.compile(r"logged-models/(?P<model_id>m-[0-9a-f]+)(?:/.*)?")


class Need(Enum):
    """The permission that the caller needs."""

    OPEN = auto()
    TRACK = auto()
    EXPERIMENT_BY_NAME = auto()
    EXPERIMENT_CREATE = auto()
    EXPERIMENT_SEARCH = auto()
    REGISTRY = auto()
    UNITY_CATALOG = auto()
    ADMIN = auto()


_EXACT: Mapping[tuple[str, str], Need] = {
    ("GET", "server-info"): Need.OPEN,
    ("POST", "experiments/create"): Need.EXPERIMENT_CREATE,
    ("GET", "experiments/get-by-name"): Need.EXPERIMENT_BY_NAME,
    ("GET", "experiments/search"): Need.EXPERIMENT_SEARCH,
    ("POST", "experiments/search"): Need.EXPERIMENT_SEARCH,
}
_REGISTRY = re.compile(r"(registered-models|model-versions)/.+")
_UNITY_CATALOG = re.compile(r"unity-catalog/.+")
_TRACKING = re.compile(
    r"experiments/(get|update|delete|restore|set-experiment-tag|delete-experiment-tag|search-datasets)"
    r"|runs/(create|get|update|delete|restore|search|set-tag|delete-tag|log-[a-z]+|outputs)"
    r"|metrics/get-history(-bulk|-bulk-interval)?|artifacts/list|logged-models(/.+)?"
)
# Calls that read though they are POSTs, and those that end or rename an experiment.
_READS = frozenset({"experiments/search", "experiments/search-datasets", "runs/search", "logged-models/search"})
_MANAGES = frozenset({"experiments/update", "experiments/delete", "experiments/restore"})
# Fields that name what a tracking call touches. A list-valued one may name several.
_EXPERIMENT_FIELDS = ("experiment_id", "experiment_ids")
_RUN_FIELDS = ("run_id", "run_uuid", "run_ids", "source_run_id")
_MODEL_ID_FIELDS = ("model_id",)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One parsed request: its permission and the objects that it names. `values` holds query and body fields by name.

    `level` is the permission that a tracking call needs on its experiments.
    """

    need: Need
    route: str
    level: str
    values: Mapping[str, Any]
    experiments: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    logged_models: frozenset[str] = frozenset()

    def text(self, field: str) -> str:
        """The value of a required field. Raises `ApiError` 400 if it is missing."""
        value = self.values.get(field)
        if not isinstance(value, str | int) or value == "":
            raise bad_request(f"MLflow's {self.route} needs '{field}'.")
        return str(value)


def read(method: str, path: str, query: Sequence[tuple[str, str]], body: Mapping[str, Any]) -> Call:
    """The parsed request to `path`. Raises `ApiError` 400 for ambiguous or camel-case fields.

    MLflow would read `runId` as `run_id`; refusing it keeps one spelling to check.
    """
    if ".." in path.split("/"):
        raise bad_request("'..' is not allowed in a path.")
    artifact = _artifact_path(path, query)
    if artifact:
        return _artifact_call(method, artifact)
    values = _values(query) if method == "GET" else _checked(body)
    found = _API.fullmatch(path)
    route = found["route"] if found else path
    need = _need(method, route) if found else Need.ADMIN
    model = _LOGGED_MODEL.fullmatch(route)
    return Call(
        need=need,
        route=route,
        level=_level(method, route),
        values=values,
        experiments=_named(values, _EXPERIMENT_FIELDS),
        runs=_named(values, _RUN_FIELDS),
        logged_models=_named(values, _MODEL_ID_FIELDS) | ({model["model_id"]} if model else set()),
    )


def _need(method: str, route: str) -> Need:
    exact = _EXACT.get((method, route))
    if exact is not None:
        return exact
    if _REGISTRY.fullmatch(route):
        return Need.REGISTRY
    if _UNITY_CATALOG.fullmatch(route):
        return Need.UNITY_CATALOG
    return Need.TRACK if _TRACKING.fullmatch(route) else Need.ADMIN


def _level(method: str, route: str) -> str:
    if method == "GET" or route in _READS:
        return "CAN_READ"
    return "CAN_MANAGE" if route in _MANAGES else "CAN_EDIT"


def _artifact_path(path: str, query: Sequence[tuple[str, str]]) -> str | None:
    """The artifact in a path, or the folder in a listing's query; None for other routes."""
    found = _ARTIFACTS.fullmatch(path)
    if found is None:
        return None
    listed = [value for name, value in query if name == "path"]
    named = [found["path"]] if found["path"] else listed
    if len(named) != 1 or ".." in named[0].split("/"):
        raise bad_request("An artifact call must name one path without '..'.")
    return named[0].strip("/")


def _artifact_call(method: str, artifact: str) -> Call:
    found = _IN_EXPERIMENT.fullmatch(artifact)
    if found is None:
        raise bad_request(f"Artifact path '{artifact}' must start with an experiment's id.")
    return Call(
        need=Need.TRACK,
        route="mlflow-artifacts",
        level="CAN_READ" if method == "GET" else "CAN_EDIT",
        values={},
        experiments=frozenset({found["experiment"]}),
    )


def _values(query: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Query fields; a repeated one becomes a list, and is thus never accepted as a single name."""
    grouped: dict[str, list[str]] = {}
    for name, value in query:
        grouped.setdefault(name, []).append(value)
    return dict(_checked({name: held[0] if len(held) == 1 else held for name, held in grouped.items()}))


def _checked(values: Mapping[str, Any]) -> Mapping[str, Any]:
    odd = [name for name in values if name != name.lower()]
    if odd:
        raise bad_request(f"Field(s) {', '.join(odd)} are not in snake_case: rename them.")
    return values


def _named(values: Mapping[str, Any], fields: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for field in fields:
        value = values.get(field)
        found |= {str(item) for item in value} if isinstance(value, list) else {str(value)} if value else set()
    return frozenset(found)
