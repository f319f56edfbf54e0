"""Storage accounts, their services, containers and management policies. They hold no data."""

import base64

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, identified, made_up, properties

_PARTS = ("blob", "dfs", "file", "queue", "table", "web")
_SUFFIX = "core.windows.net"


def _only(cloud: Cloud, resource_id: ResourceId, _: Resource) -> None:
    message = f"The storage account named {resource_id.name} is already taken."
    resources.require_only(cloud, resource_id, "StorageAccountAlreadyTaken", message)


def _account(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Its host names, and the services that every account has."""
    identified(cloud, resource_id, resource)
    own = properties(resource)
    own["primaryEndpoints"] = {part: f"https://{resource_id.name}.{part}.{_SUFFIX}/" for part in _PARTS}
    own |= {"primaryLocation": resource["location"], "statusOfPrimary": "available"}
    for service in ("blobServices", "fileServices", "queueServices", "tableServices"):
        default = resource_id.child(service, "default")
        if resources.find(cloud, default) is None:
            made: Resource = {"id": default.path, "name": "default", "type": default.type, "properties": {}}
            resources.keep(cloud, made)


def _keys(_: Cloud, resource_id: ResourceId, __: Resource) -> Document:
    """Generated keys without any use: there is no data here."""
    values = [base64.b64encode(made_up(resource_id.path, name).encode()).decode() for name in ("key1", "key2")]
    return {
        "keys": [{"keyName": f"key{n}", "value": value, "permissions": "FULL"} for n, value in enumerate(values, 1)]
    }


_OUTPUT = ("primaryEndpoints", "primaryLocation", "statusOfPrimary", "creationTime", "privateEndpointConnections")

KINDS = {
    "storageAccounts": Kind(
        name=r"[a-z0-9]{3,24}",
        located=True,
        polled=True,
        output=_OUTPUT,
        check=_only,
        complete=_account,
        actions={"listKeys": _keys},
    ),
    "storageAccounts/blobServices": Kind(name="default"),
    "storageAccounts/fileServices": Kind(name="default"),
    "storageAccounts/queueServices": Kind(name="default"),
    "storageAccounts/tableServices": Kind(name="default"),
    "storageAccounts/blobServices/containers": Kind(name=r"(?!.*--)[a-z0-9$][a-z0-9-]{2,62}"),
    "storageAccounts/queueServices/queues": Kind(name=r"(?!.*--)[a-z0-9][a-z0-9-]{2,62}"),
    "storageAccounts/managementPolicies": Kind(name="default"),
}
