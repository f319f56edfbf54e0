"""All-purpose clusters: validation of their settings, and the fields that Databricks adds. None is started. Pure."""

from collections.abc import Iterator
from typing import Any

from localcloud.kernel.body import is_given
from localcloud.kernel.store import Document

_CHOICES = {
    "data_security_mode": (
        *("NONE", "SINGLE_USER", "USER_ISOLATION"),
        *("DATA_SECURITY_MODE_AUTO", "DATA_SECURITY_MODE_DEDICATED", "DATA_SECURITY_MODE_STANDARD"),
        *("LEGACY_TABLE_ACL", "LEGACY_PASSTHROUGH", "LEGACY_SINGLE_USER", "LEGACY_SINGLE_USER_STANDARD"),
    ),
    "runtime_engine": ("NULL", "STANDARD", "PHOTON"),
    "kind": ("CLASSIC_PREVIEW",),
}
_AVAILABILITY = ("ON_DEMAND_AZURE", "SPOT_AZURE", "SPOT_WITH_FALLBACK_AZURE")
# An idle cluster ends after so many minutes; 0 is never.
_IDLE_MINUTES = (10, 10_000)
# Fields with fields of their own.
_OBJECTS = ("autoscale", "azure_attributes", "custom_tags", "spark_conf", "spark_env_vars")
SAID = frozenset(
    {"autoscale", "autotermination_minutes", "azure_attributes", "cluster_log_conf", "cluster_name", "custom_tags"}
    | {"data_security_mode", "docker_image", "driver_instance_pool_id", "driver_node_type_id", "enable_elastic_disk"}
    | {"enable_local_disk_encryption", "init_scripts", "instance_pool_id", "is_single_node", "kind", "node_type_id"}
    | {"num_workers", "policy_id", "remote_disk_throughput", "runtime_engine", "single_user_name", "spark_conf"}
    | {"spark_env_vars", "spark_version", "ssh_public_keys", "total_initial_remote_disk_size", "use_ml_runtime"}
    | {"workload_type"}
)


def problems(cluster: Document) -> Iterator[str]:
    """All problems in a cluster's settings."""
    shapeless = [name for name in _OBJECTS if not isinstance(cluster.get(name) or {}, dict)]
    if shapeless:
        yield from (f"{name} is {cluster[name]!r}: give an object" for name in shapeless)
        return
    unknown = sorted(name for name, value in cluster.items() if name not in SAID and is_given(value))
    if unknown:
        yield f"field(s) {', '.join(unknown)} are not understood"
    yield from (f"{name} is missing" for name in ("spark_version",) if not cluster.get(name))
    if not any(cluster.get(name) for name in ("node_type_id", "instance_pool_id")):
        yield "neither node_type_id nor instance_pool_id is given"
    for pair in (("node_type_id", "instance_pool_id"), ("num_workers", "autoscale")):
        if all(is_given(cluster.get(name)) for name in pair):
            yield f"{' and '.join(pair)} are given: keep one"
    yield from _choices(cluster)
    yield from _scale(cluster.get("autoscale"))
    idle, (least, most) = cluster.get("autotermination_minutes"), _IDLE_MINUTES
    if idle not in (None, 0) and not (type(idle) is int and least <= idle <= most):
        yield f"autotermination_minutes is {idle!r}: give 0 for never, or {least} to {most}"


def _choices(cluster: Document) -> Iterator[str]:
    for name, allowed in _CHOICES.items():
        if cluster.get(name) not in (None, "", *allowed):
            yield f"{name} is {cluster[name]!r}: use one of {', '.join(allowed)}"
    availability = (cluster.get("azure_attributes") or {}).get("availability")
    if availability not in (None, *_AVAILABILITY):
        yield f"azure_attributes.availability is {availability!r}: use one of {', '.join(_AVAILABILITY)}"


def _scale(scale: Any) -> Iterator[str]:
    if not scale:
        return
    least, most = scale.get("min_workers"), scale.get("max_workers")
    if not (type(least) is int and type(most) is int and 0 <= least <= most):
        yield f"autoscale is {least!r} to {most!r} workers: max_workers must be at least min_workers"


def with_defaults(cluster: Document) -> Document:
    """A cluster with Databricks' defaults for omitted settings."""
    on_demand = {"first_on_demand": 1, "availability": "ON_DEMAND_AZURE", "spot_bid_max_price": -1.0}
    defaults: Document = {
        "autotermination_minutes": 0,
        "cluster_name": "",
        "enable_elastic_disk": True,
        "enable_local_disk_encryption": False,
        **({} if cluster.get("autoscale") else {"num_workers": 0}),
        **({} if cluster.get("instance_pool_id") else {"driver_node_type_id": cluster.get("node_type_id")}),
    }
    said = {name: value for name, value in cluster.items() if value is not None}
    return defaults | said | {"azure_attributes": on_demand | (cluster.get("azure_attributes") or {})}
