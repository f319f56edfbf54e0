"""The description of a type of Azure resources, and the register of all types."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure.errors import AzureError, invalid
from localcloud.services.azure.ids import ResourceId

Resource = Document
Check = Callable[[Cloud, ResourceId, Resource], None]
Complete = Callable[[Cloud, ResourceId, Resource], None]
View = Callable[[Cloud, ResourceId, Resource], Resource]
Action = Callable[[Cloud, ResourceId, Resource], Document]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A resource type.

    `name`: what its names may be. `located`: whether it needs a location, which then stays. `polled`: whether a PUT is
    an operation that the client waits for. `made`: the status of a PUT that makes one; `changed`: of a PUT or PATCH
    over what is there; `gone`: of a DELETE. A PATCH or DELETE is an operation too where it is 202. `output`: properties
    that Azure sets, and ignores in a request. `check` refuses what Azure refuses; `complete` fills in what Azure makes
    up, and makes what comes with it; `view` adds what is read from elsewhere; `deleted` is called before it goes;
    `actions` are its POST calls.
    """

    name: str = r"[\w.()-]{1,90}"
    located: bool = False
    polled: bool = False
    made: int = 200
    changed: int = 200
    gone: int = 200
    output: tuple[str, ...] = ()
    check: Check | None = None
    complete: Complete | None = None
    view: View | None = None
    deleted: Complete | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)

    def require_name(self, resource_id: ResourceId) -> None:
        """Raise `AzureError` 400 for a name that Azure does not accept."""
        if not re.fullmatch(self.name, resource_id.name):
            raise invalid(
                "InvalidResourceName",
                f"'{resource_id.name}' is not a valid name of {resource_id.type}: it must match {self.name}.",
            )


def properties(resource: Resource) -> dict[str, Any]:
    """A resource's own properties, readable and changeable."""
    found: dict[str, Any] = resource.setdefault("properties", {})
    return found


def made_up(*of: str) -> str:
    """A generated id, the same for the same words."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(of).lower()))


def identified(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Give a system-assigned identity its principal."""
    del cloud
    identity = resource.get("identity") or {}
    if "SystemAssigned" in str(identity.get("type")):
        identity |= {"principalId": made_up(resource_id.path, "principal"), "tenantId": made_up("tenant")}


def require_own_identity(resource: Resource, identity: str | None) -> None:
    """Raise `AzureError` 400 for an encryption identity that is not assigned to the resource."""
    own = (resource.get("identity") or {}).get("userAssignedIdentities") or {}
    if identity and identity.lower() not in [each.lower() for each in own]:
        raise invalid("InvalidIdentity", f"{resource['id']} has no identity {identity}: assign it first.")


def kind_of(resource_id: ResourceId) -> Kind:
    """The kind of a type. Raises `AzureError` 501 for an unsupported type."""
    from localcloud.services.azure.types import KINDS  # noqa: PLC0415 - the types are made of kinds

    found = KINDS.get(resource_id.type.lower())
    if found is None:
        raise AzureError(501, "NotImplemented", f"The local cloud keeps no resources of type {resource_id.type}.")
    return found
