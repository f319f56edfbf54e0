"""Workspaces of Azure Machine Learning with online endpoints: stored and checked. No model runs there."""

from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure import resources
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, identified, properties

_NEEDED = ("applicationInsights", "keyVault", "storageAccount")
_AUTH_MODES = ("AADToken", "AMLToken", "Key")
_ALL = 100
_NAME = r"[A-Za-z0-9][\w.-]{0,254}"


def _workspace(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    absent = [name for name in _NEEDED if not properties(resource).get(name)]
    if absent:
        raise invalid("ValidationError", f"Workspace {resource_id.name} needs {', '.join(absent)}.")


def _endpoint(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check its authentication, and that its traffic goes, all or none, to existing deployments."""
    own = properties(resource)
    if own.get("authMode") not in _AUTH_MODES:
        raise invalid("ValidationError", f"authMode {own.get('authMode')!r} is none of {', '.join(_AUTH_MODES)}.")
    traffic: dict[str, Any] = own.get("traffic") or {}
    if sum(traffic.values()) not in (0, _ALL):
        raise invalid("ValidationError", f"The traffic of {resource_id.name} adds up to {sum(traffic.values())}.")
    for name, share in traffic.items():
        if share and resources.find(cloud, resource_id.child("deployments", name)) is None:
            raise invalid("ValidationError", f"Endpoint {resource_id.name} has no deployment {name}.")


def _answers(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    identified(cloud, resource_id, resource)
    properties(resource)["scoringUri"] = (
        f"https://{resource_id.name}.{resource['location']}.inference.ml.azure.com/score"
    )


def _deployment(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    absent = [name for name in ("endpointComputeType", "environmentId", "instanceType") if not own.get(name)]
    if absent or not (resource.get("sku") or {}).get("capacity"):
        needed = ", ".join(absent or ["sku.capacity"])
        raise invalid("ValidationError", f"Deployment {resource_id.name} needs {needed}.")


def _environment(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    if not own.get("image") and not own.get("build"):
        raise invalid("ValidationError", f"Environment {resource_id.name} needs an image or a build.")


def _model(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    if not properties(resource).get("modelUri"):
        raise invalid("ValidationError", f"Model version {resource_id.name} needs modelUri.")


KINDS = {
    "workspaces": Kind(
        name=r"[A-Za-z0-9][\w-]{2,32}", located=True, polled=True, check=_workspace, complete=identified
    ),
    "workspaces/environments": Kind(name=_NAME),
    "workspaces/environments/versions": Kind(name=_NAME, check=_environment),
    "workspaces/models": Kind(name=_NAME),
    "workspaces/models/versions": Kind(name=_NAME, check=_model),
    "workspaces/onlineEndpoints": Kind(
        name=r"[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]",
        located=True,
        polled=True,
        output=("scoringUri", "swaggerUri"),
        check=_endpoint,
        complete=_answers,
    ),
    "workspaces/onlineEndpoints/deployments": Kind(
        name=r"[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]", located=True, polled=True, check=_deployment
    ),
}
