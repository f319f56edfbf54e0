"""The configuration of an endpoint: its served versions and traffic split. Pure.

Field names and rules follow Databricks' serving endpoints API (`EndpointCoreConfigInput`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.kernel.errors import bad_request
from localcloud.kernel.names import levels
from localcloud.kernel.store import Document
from localcloud.services.serving import environment

MAX_ENTITIES = 15
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_SIZES = ("Small", "Medium", "Large")
_SERVED_ELSEWHERE = ("external_model", "foundation_model")


def endpoint_name(name: object) -> str:
    """`name` if it is valid for an endpoint. Raises `ApiError` 400 otherwise."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise bad_request(f"Endpoint name {name!r} is not allowed: use letters, digits, '-' and '_', at most 63.")
    return name


def normalised(given: Mapping[str, Any], current: Mapping[str, Any] | None = None) -> Document:
    """`served_entities` and `traffic_config` of a request, with defaults, merged over those of `current`.

    Entities that stay the same keep their traffic. Raises `ApiError` 400 saying what is wrong.
    """
    current = current or {}
    requested = _requested_entities(given)
    kept = list(current.get("served_entities", []))
    entities = [_entity(entity) for entity in requested] if requested else kept
    if not 0 < len(entities) <= MAX_ENTITIES:
        raise bad_request(f"An endpoint serves 1 to {MAX_ENTITIES} entities; given: {len(entities)}.")
    names = [entity["name"] for entity in entities]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise bad_request(f"Served entity name(s) {', '.join(doubles)} are used twice: name each entity differently.")
    routes = (given.get("traffic_config") or {}).get("routes") or _remaining_routes(current, names)
    config: Document = {"served_entities": entities, "traffic_config": {"routes": _checked_routes(routes, names)}}
    if (given.get("auto_capture_config") or {}).get("enabled"):
        raise bad_request(
            "auto_capture_config: inference tables of this kind cannot be enabled since 2026-02-20; "
            "use ai_gateway.inference_table_config."
        )
    return config


def route_name(route: Mapping[str, Any]) -> str:
    """The served entity that a route sends traffic to."""
    return str(route.get("served_entity_name") or route.get("served_model_name") or "")


def choose(routes: Sequence[Mapping[str, Any]], point: float) -> str:
    """The served entity for a request, for a uniform random `point` in [0, 1)."""
    reached = 0.0
    for route in routes:
        reached += float(route["traffic_percentage"]) / 100
        if point < reached:
            return route_name(route)
    return route_name(max(routes, key=lambda route: int(route["traffic_percentage"])))


def _requested_entities(given: Mapping[str, Any]) -> list[Document]:
    models = [
        {
            "entity_name": model.get("model_name"),
            "entity_version": model.get("model_version"),
            **{k: v for k, v in model.items() if k not in ("model_name", "model_version")},
        }
        for model in given.get("served_models") or []
    ]
    return list(given.get("served_entities") or []) or models


def _entity(given: Document) -> Document:
    for field in _SERVED_ELSEWHERE:
        if given.get(field):
            raise bad_request(f"{field} is not served locally: serve a model of Unity Catalog.")
    model, version = str(given.get("entity_name") or ""), str(given.get("entity_version") or "")
    catalog, schema, name = levels(model, 3)
    # A feature specification has no versions.
    if version and not version.isdigit():
        raise bad_request(f"entity_version '{version}' of '{model}' is not a version number.")
    size = given.get("workload_size")
    if size is not None and size not in _SIZES:
        raise bad_request(f"workload_size '{size}' is not one of {', '.join(_SIZES)}.")
    served = given.get("name") or (f"{name}-{version}" if version else name)
    if not _NAME.fullmatch(str(served)):
        raise bad_request(f"Served entity name '{served}' is not allowed: use letters, digits, '-' and '_'.")
    if given.get("environment_vars"):
        environment.checked(given["environment_vars"])
    entity = {**given, "entity_name": f"{catalog}.{schema}.{name}", "entity_version": version, "name": served}
    return {"scale_to_zero_enabled": False, "workload_type": "CPU", **entity}


def _remaining_routes(current: Mapping[str, Any], names: Sequence[str]) -> list[Document]:
    routes = list((current.get("traffic_config") or {}).get("routes", []))
    if routes and {route_name(route) for route in routes} <= set(names):
        return routes
    if len(names) > 1:
        raise bad_request("traffic_config is needed where several entities are served: say who gets how much.")
    return [{"served_model_name": names[0], "traffic_percentage": 100}]


def _checked_routes(routes: Sequence[Document], names: Sequence[str]) -> list[Document]:
    for route in routes:
        share = route.get("traffic_percentage")
        if not isinstance(share, int) or isinstance(share, bool) or not 0 <= share <= 100:
            raise bad_request(f"traffic_percentage {share!r} is not a whole number from 0 to 100.")
        if route_name(route) not in names:
            raise bad_request(f"A route names '{route_name(route)}', which is not served; served: {', '.join(names)}.")
    total = sum(route["traffic_percentage"] for route in routes)
    if total != 100:
        raise bad_request(f"The routes' traffic_percentage add up to {total}; they must add up to 100.")
    return list(routes)
