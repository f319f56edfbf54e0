"""Namespaces of Event Hubs and their hubs: stored and checked. No messages are transferred.

Follows https://learn.microsoft.com/rest/api/eventhub and the limits of its quotas page.
"""

from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, identified, made_up, properties, require_own_identity

_TIERS = ("Basic", "Standard", "Premium")
# Of one hub: partitions, and hours that messages are kept.
_MOST_PARTITIONS = {"Basic": 32, "Standard": 32, "Premium": 100}
_MOST_HOURS = {"Basic": 24, "Standard": 168, "Premium": 2160}
_DEFAULT_HOURS = 168
_DEFAULT_RULE = "RootManageSharedAccessKey"
_CLEANUP = ("Delete", "Compact")


def _check(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check the tier, that the name is unique, and that the tier supports customer-managed keys."""
    name = resource_id.name
    resources.require_only(cloud, resource_id, "NameUnavailable", f"The namespace name '{name}' is already in use.")
    tier = (resource.get("sku") or {}).get("name")
    if tier not in _TIERS:
        raise invalid("BadRequest", f"sku.name {tier!r} is none of {', '.join(_TIERS)}.")
    encryption = properties(resource).get("encryption") or {}
    if encryption and tier != "Premium":
        raise invalid("BadRequest", f"Namespace {name} is {tier}: keys of one's own are for Premium.")
    for key in encryption.get("keyVaultProperties") or []:
        absent = [part for part in ("keyName", "keyVaultUri") if not key.get(part)]
        if absent:
            raise invalid("BadRequest", f"A key of {name} lacks {', '.join(absent)}.")
        require_own_identity(resource, (key.get("identity") or {}).get("userAssignedIdentity"))


def _complete(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Its host, and the parts of every namespace: an authorization rule with keys, and network rules."""
    identified(cloud, resource_id, resource)
    own = properties(resource)
    own |= {"serviceBusEndpoint": f"https://{resource_id.name}.servicebus.windows.net:443/", "status": "Active"}
    own.setdefault("maximumThroughputUnits", 0)
    own.setdefault("isAutoInflateEnabled", False)
    own.setdefault("zoneRedundant", True)
    rule = {"rights": ["Listen", "Manage", "Send"]}
    network = {"defaultAction": "Allow", "virtualNetworkRules": [], "ipRules": [], "trustedServiceAccessEnabled": False}
    network |= {"publicNetworkAccess": own.get("publicNetworkAccess", "Enabled")}
    for kind, name, said in (("authorizationRules", _DEFAULT_RULE, rule), ("networkRuleSets", "default", network)):
        child = resource_id.child(kind, name)
        kept = resources.find(cloud, child)
        if kept is None:
            made: Resource = {"id": child.path, "name": name, "type": child.type, "properties": said}
            resources.keep(cloud, made)
        elif kind == "networkRuleSets":
            properties(kept)["publicNetworkAccess"] = network["publicNetworkAccess"]
            resources.keep(cloud, kept)


def _hub(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check partitions and retention against the namespace's tier; the number of partitions cannot decrease."""
    own = properties(resource)
    tier = str(resources.get(cloud, resource_id.parent)["sku"]["name"])
    count, most = own.get("partitionCount"), _MOST_PARTITIONS[tier]
    if type(count) is not int or not 1 <= count <= most:
        raise invalid("BadRequest", f"partitionCount {count!r} is outside 1..{most} of {tier}.")
    before = resources.find(cloud, resource_id)
    held = before["properties"]["partitionCount"] if before else count
    if count < held or (count > held and tier != "Premium"):
        raise invalid("BadRequest", f"Hub {resource_id.name} has {held} partitions: {tier} does not make that {count}.")
    _require_retention(own.get("retentionDescription") or {}, tier)


def _require_retention(said: dict[str, Any], tier: str) -> None:
    policy, hours = said.get("cleanupPolicy", "Delete"), said.get("retentionTimeInHours")
    if policy not in _CLEANUP:
        raise invalid("BadRequest", f"cleanupPolicy {policy!r} is none of {', '.join(_CLEANUP)}.")
    if hours is not None and not (type(hours) is int and 1 <= hours <= _MOST_HOURS[tier]):
        raise invalid("BadRequest", f"retentionTimeInHours {hours!r} is outside 1..{_MOST_HOURS[tier]} of {tier}.")


def _opened(_: Cloud, __: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    own["partitionIds"] = [str(number) for number in range(own["partitionCount"])]
    own.setdefault("status", "Active")
    kept = own.setdefault("retentionDescription", {"cleanupPolicy": "Delete", "retentionTimeInHours": _DEFAULT_HOURS})
    own["messageRetentionInDays"] = -(-(kept.get("retentionTimeInHours") or 24) // 24)


def _keys(_: Cloud, resource_id: ResourceId, __: Resource) -> Document:
    """Generated keys without any use, as no messages are transferred."""
    host = f"sb://{resource_id.parent.name}.servicebus.windows.net/"
    keys = {which: made_up(resource_id.path, which) for which in ("primary", "secondary")}
    said = {f"{which}Key": key for which, key in keys.items()}
    for which, key in keys.items():
        text = f"Endpoint={host};SharedAccessKeyName={resource_id.name};SharedAccessKey={key}"
        said[f"{which}ConnectionString"] = text
    return {"keyName": resource_id.name, **said}


_NAME = r"[A-Za-z0-9](?:[\w.-]{0,254}[A-Za-z0-9])?"

KINDS = {
    "namespaces": Kind(
        name=r"[A-Za-z](?!.*--)[A-Za-z0-9-]{4,48}[A-Za-z0-9]",
        located=True,
        polled=True,
        output=("serviceBusEndpoint", "status", "createdAt", "updatedAt", "metricId", "privateEndpointConnections"),
        check=_check,
        complete=_complete,
    ),
    "namespaces/authorizationRules": Kind(name=_NAME, actions={"listKeys": _keys}),
    "namespaces/networkRuleSets": Kind(name="default"),
    "namespaces/eventhubs": Kind(
        name=_NAME,
        output=("partitionIds", "messageRetentionInDays", "createdAt", "updatedAt"),
        check=_hub,
        complete=_opened,
    ),
}
