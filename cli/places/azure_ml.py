"""The REST calls to Azure Machine Learning for a served model, in order. Pure.

https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/workspaces/onlineendpoints/deployments
"""

from dataclasses import dataclass
from typing import Any

from cli.places.kubernetes import PORT
from cli.places.placed import Placed
from infra import azure_names
from infra.constructs.serving_places.online_endpoint import API
from infra.spec import AzureMl

_HOST = "https://management.azure.com"
_TIMEOUT = "PT30S"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: `method` on the id `path` with `body`; `name` is the name of its file."""

    name: str
    method: str
    path: str
    body: dict[str, Any]
    api: str = API

    @property
    def url(self) -> str:
        """The URL of the call."""
        return f"{_HOST}{self.path}?api-version={self.api}"


def calls(placed: Placed, declared: AzureMl) -> list[Call]:
    """The environment, which is the image; the deployment of the colour; and the traffic, once that is ready."""
    azure, group = placed.spec.platform.azure, placed.spec.places_of(placed.environment).resource_group
    workspace = azure_names.resource_id(
        placed.environment.azure.subscription_id,
        group,
        "Microsoft.MachineLearningServices/workspaces",
        azure_names.azure_ml(azure.prefix, placed.environment.name),
    )
    name = azure_names.azure_ml_endpoint(azure.prefix, placed.environment.name, placed.served.label)
    endpoint = f"{workspace}/onlineEndpoints/{name}"
    environment = f"{workspace}/environments/{placed.name}/versions/{placed.version}"
    return [
        Call(name="environment", method="put", path=environment, body=_environment(placed)),
        Call(
            name="deployment",
            method="put",
            path=f"{endpoint}/deployments/{placed.colour}",
            body=_deployment(placed, declared, environment),
        ),
        Call(name="traffic", method="put", path=endpoint, body=_traffic(placed)),
    ]


def _environment(placed: Placed) -> dict[str, Any]:
    ping, score = {"path": "/ping", "port": PORT}, {"path": "/invocations", "port": PORT}
    routes = {"livenessRoute": ping, "readinessRoute": ping, "scoringRoute": score}
    return {"properties": {"image": placed.image, "osType": "Linux", "inferenceConfig": routes}}


def _deployment(placed: Placed, declared: AzureMl, environment: str) -> dict[str, Any]:
    probe = {"initialDelay": "PT30S", "period": "PT10S", "timeout": "PT2S", "failureThreshold": 30}
    return {
        "location": placed.spec.platform.azure.region,
        "tags": {"version": str(placed.version), "model": placed.served.label},
        "sku": {"name": "Default", "capacity": declared.instances},
        "properties": {
            "endpointComputeType": "Managed",
            "environmentId": environment,
            # Azure ML has no online store: a request brings its features.
            "environmentVariables": {"LOOK_UPS": "off", "PORT": str(PORT)},
            "instanceType": declared.instance_type,
            "livenessProbe": probe,
            "readinessProbe": probe,
            "requestSettings": {"requestTimeout": _TIMEOUT, "maxConcurrentRequestsPerInstance": 16},
            "scaleSettings": {"scaleType": "Default"},
        },
    }


def _traffic(placed: Placed) -> dict[str, Any]:
    """The endpoint as its stack declares it, with all traffic on the colour: a PUT replaces every property."""
    azure = placed.spec.platform.azure
    identity = azure_names.resource_id(
        placed.environment.azure.subscription_id,
        placed.spec.places_of(placed.environment).resource_group,
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        azure_names.served_identity(azure.prefix, placed.environment.name, placed.served.label),
    )
    return {
        "location": azure.region,
        "kind": "Managed",
        "tags": {
            **placed.spec.platform.tags,
            "environment": placed.environment.name,
            "use_case": placed.served.use_case.name,
        },
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {
            "authMode": "AADToken",
            "publicNetworkAccess": "Disabled",
            "description": placed.served.model.comment,
            "traffic": {placed.colour.value: 100},
        },
    }
