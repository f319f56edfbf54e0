"""Groups, identities, budgets, logs, Databricks: types with little behaviour of their own, by namespace."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, identified, made_up, properties

_RETENTION_DAYS = (30, 730)


def _identity(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    own |= {
        "principalId": made_up(resource_id.path, "principal"),
        "clientId": made_up(resource_id.path, "client"),
        "tenantId": made_up("tenant"),
    }


def _federation(_: Cloud, __: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    absent = [name for name in ("issuer", "subject", "audiences") if not own.get(name)]
    if absent:
        raise invalid("BadRequest", f"A federated identity credential needs {', '.join(absent)}.")


def _logs(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    days = int(own.get("retentionInDays") or _RETENTION_DAYS[0])
    if not _RETENTION_DAYS[0] <= days <= _RETENTION_DAYS[1]:
        raise invalid(
            "InvalidParameter", f"retentionInDays {days} is outside {_RETENTION_DAYS[0]}..{_RETENTION_DAYS[1]}."
        )
    own["customerId"] = made_up(resource_id.path, "customer")


def _log_keys(_: Cloud, resource_id: ResourceId, __: Resource) -> Document:
    """Generated keys without any use: no logs are stored here."""
    return {f"{which}SharedKey": made_up(resource_id.path, which) for which in ("primary", "secondary")}


def _workspace(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """The generated id and host name of a Databricks workspace, and the identities for customer-managed keys."""
    identified(cloud, resource_id, resource)
    number = 7_405_600_000_000_000 + int(made_up(resource_id.path)[:8], 16)
    own = properties(resource)
    own |= {"workspaceId": str(number), "workspaceUrl": f"adb-{number}.{number % 20}.azuredatabricks.net"}
    prepared = (own.get("parameters") or {}).get("prepareEncryption") or {}
    if prepared.get("value"):
        own["storageAccountIdentity"] = _identity_of(resource_id, "storage")
    if ((own.get("encryption") or {}).get("entities") or {}).get("managedDisk"):
        own["managedDiskIdentity"] = _identity_of(resource_id, "disks")


def _identity_of(resource_id: ResourceId, part: str) -> Document:
    """The identity that Azure creates for a part of a workspace."""
    return {
        "principalId": made_up(resource_id.path, part),
        "tenantId": made_up("tenant"),
        "type": "SystemAssigned",
    }


def _budget(_: Cloud, __: ResourceId, resource: Resource) -> None:
    amount = properties(resource).get("amount")
    if not isinstance(amount, int | float) or amount <= 0:
        raise invalid("400", f"amount {amount!r} is not a number above 0.")


KINDS = {
    "Microsoft.Resources": {"resourceGroups": Kind(name=r"[\w.()-]{0,89}[\w()-]", located=True)},
    "Microsoft.ManagedIdentity": {
        "userAssignedIdentities": Kind(
            name=r"[A-Za-z0-9][\w-]{2,127}",
            located=True,
            output=("principalId", "clientId", "tenantId"),
            complete=_identity,
        ),
        "userAssignedIdentities/federatedIdentityCredentials": Kind(name=r"[A-Za-z0-9][\w-]{2,119}", check=_federation),
    },
    "Microsoft.Consumption": {"budgets": Kind(name=r"[\w-]{1,63}", check=_budget)},
    "Microsoft.OperationalInsights": {
        "workspaces": Kind(
            name=r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
            located=True,
            polled=True,
            output=("customerId",),
            complete=_logs,
            actions={"sharedKeys": _log_keys},
        ),
    },
    "Microsoft.Databricks": {
        "accessConnectors": Kind(name=r"[\w.-]{1,64}", located=True, polled=True, complete=identified),
        "workspaces": Kind(
            name=r"[\w-]{3,64}",
            located=True,
            polled=True,
            output=("workspaceId", "workspaceUrl", "storageAccountIdentity", "managedDiskIdentity"),
            complete=_workspace,
        ),
    },
}
